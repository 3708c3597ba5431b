import { join } from 'node:path'
import t from 'tap'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import type { SeriesView } from '../../../src/node/api/operations.ts'
import { FakeOperations } from '../../support/fakes/operations.ts'
import { GREENHOUSE, NOW, series } from '../../support/fakes/views.ts'
import { runCommand } from '../../support/process/command-run.ts'

/** Runs it until what the node knows has come, and then the quiet time. */
async function offered(line: string, operations: FakeOperations): Promise<string[]> {
  const clock = new VirtualClock({ now: NOW * 1000 })
  const running = runCommand(`completion ${line}`, { operations, clock })
  await clock.advance(1000)
  const { status, out, err } = await running
  return [String(status), err, ...out.trim().split('\n')]
}

t.test('names are of the book and of what is heard, and only words that no shell evaluates', async (t) => {
  const operations = new FakeOperations()
  const book = await operations.book()
  operations.views = [
    series({ who: 'shed' }),
    series({ who: '$(reboot)' }),
    series({ who: '-rf' }),
    series({ who: '…q7Xf2a' })
  ]
  const words = await offered('names', operations)
  t.same(words.slice(0, 2), ['0', ''])
  t.ok(words.includes('shed'))
  for (const { name, purposes } of book)
    for (const word of [name, ...purposes]) t.ok(words.includes(word), word)
  t.notOk(words.some((word) => /[$()…]/.test(word) || word.startsWith('-')))
})

t.test('sensors are devices, quantities and series of the peer', async (t) => {
  const operations = new FakeOperations()
  operations.views = [series()]
  t.same(await offered('sensors hall', operations), ['0', '', 'air', 'air/temperature', 'temperature'])
  t.match(operations.asked, [{ who: ['hall'] }])
})

t.test('switches are those of this node, and of others where these can be commanded', async (t) => {
  const operations = new FakeOperations()
  const own = (await operations.switch({})).map(({ name }) => name)
  t.same(own, ['pump'])
  const { peer } = await operations.status()
  const seen = (who: string, device: string, peer: string): SeriesView =>
    series({ who, peer, device, series: `${device}/switch` })
  operations.views = [
    seen('here', 'pump', peer),
    seen('hall', 'stove', GREENHOUSE),
    seen('hall', 'pump', GREENHOUSE)
  ]
  t.same(await offered('own-switches', operations), ['0', '', ...own.sort()], 'the log is of this node')
  t.same((await offered('switches', operations)).sort(), ['', '0', ...own, 'hall/pump', 'hall/stove'].sort())
})

t.test(
  'without a node the names are of the book file, and nothing is said where it is damaged',
  async (t) => {
    const peer = '12D3KooWQLLLNunpaZKNzVkweE7EPpxV8kzbsTrQk38tynGeedhb'
    const home = t.testdir({ 'book.yaml': `- name: attic\n  peer: ${peer}\n  purposes: [soil]\n` })
    t.same(await runCommand('completion names', { home, alone: true }), {
      status: 0,
      out: 'attic\nsoil\n',
      err: ''
    })
    t.same((await runCommand('completion sensors attic', { home, alone: true })).out, '')
    const bad = join(t.testdir({ home: { 'book.yaml': '- name: [' } }), 'home')
    t.same(await runCommand('completion names', { home: bad, alone: true }), { status: 0, out: '', err: '' })
  }
)
