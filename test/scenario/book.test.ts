import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { ownInvite } from '../../src/node/peers/own-invite.ts'
import { keptLog } from '../support/history.ts'
import { codeOf, houseFor } from '../support/scenario/house.ts'

const signal = (): AbortSignal => new AbortController().signal

t.test('a person edits the book while the node runs', async (t) => {
  const house = houseFor(t)
  const log = keptLog()
  const hall = await house.start('hall', { gauges: ['air'] })
  const desk = await house.start('desk', { home: true, log })
  await house.link(desk, hall)
  const path = join(desk.home ?? '', 'book.yaml')
  const names = async (): Promise<string[]> => (await desk.operations.book()).map(({ name }) => name)

  await writeFile(path, `# by hand\n- name: cellar\n  peer: ${hall.peer}\n`)
  await house.until(() => desk.running.assembled.peers.inBook(hall.peer))
  const [view] = await house.while(desk.operations.ask({ who: 'cellar', what: 'air' }, signal()))
  t.equal(view?.peer, hall.peer)

  await writeFile(path, `- name: cellar\n  peer: ${hall.peer}\n- name: cellar\n  peer: ${desk.peer}\n`)
  const warnings = (): string[] =>
    log.lines.filter(({ level }) => level === 'warn').map(({ message }) => message)
  await house.until(() => warnings().length > 0)
  t.match(warnings()[0], /book\.yaml:3: entry "cellar": the name is that of another entry, too\. hint: /)
  t.same(await names(), ['cellar'], 'the last good one stays')
  t.equal(await codeOf(desk.operations.bookRemove('cellar')), 'bad-book')
  t.match(await readFile(path, 'utf8'), new RegExp(desk.peer), 'the edit is not overwritten')

  await writeFile(path, '[]\n')
  await house.until(() => !desk.running.assembled.peers.inBook(hall.peer))
  await desk.operations.bookPut({ name: 'hall', who: hall.peer, time: true })
  await house.restart(desk)
  t.match(await desk.operations.book(), [{ name: 'hall', peer: hall.peer, time: true, added: 'typed' }])
})

t.test(
  'an invite is taken; one with the name of a friend is refused, and import lists conflicts',
  async (t) => {
    const house = houseFor(t)
    const hall = await house.start('hall')
    const attic = await house.start('attic')
    const desk = await house.start('desk', { home: true })
    const { operations } = desk
    const inviteOf = (peer: string, name: string): string => ownInvite({ peer, name, addresses: [] })

    t.match(await operations.bookPut({ who: inviteOf(hall.peer, 'hall') }), {
      name: 'hall',
      added: 'scanned'
    })
    t.equal(await codeOf(operations.bookPut({ who: inviteOf(attic.peer, 'hall') })), 'already-named')
    t.equal(await codeOf(operations.bookPut({ who: inviteOf(desk.peer, 'desk') })), 'bad-request')
    t.equal(await codeOf(operations.bookPut({ who: 'kith:1/nobody' })), 'bad-invite')
    t.equal(await codeOf(operations.bookPut({ purposes: [] })), 'bad-request')
    t.match(await operations.bookPut({ name: 'loft', who: inviteOf(attic.peer, 'hall') }), {
      peer: attic.peer
    })

    const entry = { purposes: ['soil'], addresses: [], time: false }
    const report = await operations.bookImport([
      { name: 'attic', peer: attic.peer, ...entry },
      { name: 'hall', peer: desk.peer, ...entry }
    ])
    t.match(report, { added: [], changed: ['loft'], conflicts: [{ name: 'attic' }, { name: 'hall' }] })
    t.match(await operations.book(), [
      { name: 'hall', peer: hall.peer, purposes: [] },
      { name: 'loft', peer: attic.peer, purposes: ['soil'] }
    ])
  }
)

t.test('where a peer was reached is known after a restart, though it is not in the book', async (t) => {
  const house = houseFor(t)
  const hall = await house.start('hall')
  const desk = await house.start('desk', { home: true })
  await desk.operations.bookPut({ name: 'hall', who: hall.peer })
  await house.link(desk, hall)
  await house.restart(desk)
  await house.until(() => desk.isConnectedTo(hall))
  t.match(await desk.operations.book(), [{ name: 'hall', addresses: [] }])
})
