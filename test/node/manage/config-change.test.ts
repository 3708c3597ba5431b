import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { loadConfig } from '../../../src/config/load.ts'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { silentLog } from '../../../src/log.ts'
import { LiveConfig } from '../../../src/node/configuration/live-config.ts'
import { hashOf } from '../../../src/node/configuration/unconfirmed.ts'
import { ConfigChange } from '../../../src/node/manage/config-change.ts'

const CONFIRM = 60_000
const caller = { peer: 'anna', host: undefined, direct: true }

/** A node that was started with one text; undefined for no file. */
function bench(t: Test, before: string | undefined) {
  const folder = mkdtempSync(join(tmpdir(), 'kith-change-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'kith.yaml')
  if (before !== undefined) writeFileSync(file, before)
  const read = (): string => (existsSync(file) ? readFileSync(file, 'utf8') : '')
  const load = (text = read()) => loadConfig({ text, file, devices: [], hostname: 'hall' })
  const clock = new VirtualClock()
  const said: string[] = []
  const say = (message: string): void => void said.push(message)
  const log = { ...silentLog, warn: say, error: say }
  const gate = { opened: Promise.resolve() }
  const source = {
    file,
    async load({ text }: { readonly text?: string }) {
      if (text === undefined) await gate.opened
      return load(text)
    },
    setLogLevel() {}
  }
  const live = new LiveConfig({ config: load().config, source, clock, log })
  live.take([{ options: ['name', 'deny'], apply() {} }], () => true)
  const change = new ConfigChange({
    live,
    access: { may: () => ({ allowed: true, by: 'book' }) },
    clock,
    log,
    labelOf: (peer) => peer,
    confirm: CONFIRM
  })
  const put = (text: string) => change.put(text, hashOf(read()), caller)
  return { file, read, live, change, clock, said, put, gate }
}

const AGAIN = /the one of before is in force again/

for (const [what, before] of [
  ['comments alone, as kith init writes them', '# name: hall\n# sensors:\n'],
  ['no file', undefined],
  ['an option', 'name: hall\n']
] as const)
  t.test(`what is not confirmed is undone where there was ${what}`, async (t) => {
    const { read, live, clock, said, put } = bench(t, before)
    t.match(await put('name: attic\ndeny: [shed]\n'), { state: 'applied' })
    t.same(live.current.deny, ['shed'])
    await clock.advance(CONFIRM)
    t.equal(read(), before ?? '')
    t.same(live.current.deny, [], 'it denies nobody')
    t.equal(live.status, undefined)
    t.match(said, [AGAIN])
    t.equal(said.length, 1)
  })

t.test('what was in force comes back where the file there had an error', async (t) => {
  const { file, read, live, clock, put } = bench(t, 'name: hall\n')
  writeFileSync(file, 'name: hall\nnonsense: 1\n')
  await live.reload()
  t.match(live.status, { refused: { problems: [{ path: 'nonsense' }] } })
  t.match(await put('name: attic\n'), { state: 'applied' })
  t.equal(live.status, undefined)
  await clock.advance(CONFIRM)
  t.equal(read(), 'name: hall\nnonsense: 1\n')
  t.equal(live.current.name, 'hall')
  t.match(live.status, { refused: { problems: [{ path: 'nonsense' }] } }, 'the error is told as before')
})

t.test('a confirmation that cannot be written leaves the time for it running', async (t) => {
  const { file, read, live, change, clock, put } = bench(t, 'name: hall\n')
  const { ticket = '' } = await put('name: attic\n')
  // As on a full disk.
  mkdirSync(`${file}.bak`)
  t.throws(() => change.confirm(ticket, caller), { code: 'unsupported' })
  await t.rejects(put('name: third\n'), { code: 'busy' })
  await clock.advance(CONFIRM)
  t.equal(read(), 'name: hall\n')
  t.equal(live.current.name, 'hall')
})

t.test('a confirmation succeeds once it can be written', async (t) => {
  const { file, read, change, clock, put } = bench(t, 'name: hall\n')
  const { ticket = '' } = await put('name: attic\n')
  mkdirSync(`${file}.bak`)
  t.throws(() => change.confirm(ticket, caller), { code: 'unsupported' })
  rmdirSync(`${file}.bak`)
  change.confirm(ticket, caller)
  await clock.advance(CONFIRM)
  t.equal(read(), 'name: attic\n')
  t.equal(readFileSync(`${file}.bak`, 'utf8'), 'name: hall\n')
})

t.test(
  'a file that cannot be brought back is tried again, and what it said is in force meanwhile',
  async (t) => {
    const { file, read, live, change, clock, said, put } = bench(t, 'name: hall\n')
    const { ticket = '' } = await put('name: attic\n')
    const kept = readFileSync(`${file}.unconfirmed`)
    writeFileSync(`${file}.unconfirmed`, 'damaged')
    await clock.advance(CONFIRM)
    t.equal(live.current.name, 'hall')
    t.match(said, [/cannot be brought back/])
    t.throws(() => change.confirm(ticket, caller), { code: 'gone' })
    await t.rejects(put('name: third\n'), { code: 'busy' })
    writeFileSync(`${file}.unconfirmed`, kept)
    await clock.advance(CONFIRM)
    t.equal(read(), 'name: hall\n')
    t.match(said[1], AGAIN)
  }
)

t.test('what waits for the next start is not overwritten by another put', async (t) => {
  const { file, put, read } = bench(t, 'name: hall\n')
  writeFileSync(`${file}.unconfirmed`, 'of a run before')
  await t.rejects(put('name: attic\n'), { code: 'busy' })
  t.equal(read(), 'name: hall\n')
  t.equal(readFileSync(`${file}.unconfirmed`, 'utf8'), 'of a run before')
})

t.test(
  'a put under way when the node stops leaves no timer, and the next start what was before',
  async (t) => {
    const { file, live, change, clock, put, gate } = bench(t, 'name: hall\n')
    const { promise, resolve } = Promise.withResolvers<void>()
    gate.opened = promise
    const putting = put('name: attic\n')
    while (!existsSync(`${file}.unconfirmed`)) await new Promise(setImmediate)
    change.stop()
    resolve()
    await t.rejects(putting, { code: 'unsupported' })
    await live.startable.stop?.()
    t.equal(clock.pending, 0)
    t.ok(existsSync(`${file}.unconfirmed`))
  }
)

t.test('a put that is still checked when the node stops writes nothing', async (t) => {
  const { file, read, change, put } = bench(t, 'name: hall\n')
  const putting = put('name: attic\n')
  change.stop()
  await t.rejects(putting, { code: 'unsupported' })
  t.equal(read(), 'name: hall\n')
  t.notOk(existsSync(`${file}.unconfirmed`))
})
