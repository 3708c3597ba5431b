import t from 'tap'
import { accessHouse } from '../../support/access/access-house.ts'
import { type AccessWorld, askOf, COLUMNS, checkDoor } from '../../support/access/access-matrix.ts'
import { codeOf } from '../../support/scenario/house.ts'

const signal = AbortSignal.timeout(60_000)

// Each caller pairs by a code that grants what its entry has, in place of the entry.
const WORLD: AccessWorld = {
  title: 'paired',
  access: [],
  callers: [
    { name: 'paired for the book', kind: 'far', book: { may: [] }, may: '++++----' },
    { name: 'paired near', kind: 'near', book: { may: [] }, may: '++++----' },
    { name: 'paired to operate', kind: 'far', book: { may: ['operate:heater'] }, may: '+++++---' },
    { name: 'paired to own', kind: 'far', book: { may: ['own'] }, may: '++++++++' },
    { name: 'with a wrong code', kind: 'far', may: '--------' },
    { name: 'denied', kind: 'far', denied: true, may: '--------' }
  ]
}

t.test('who pairs has what the code grants, who does not has nothing', async (t) => {
  const { house, hall, callers } = await accessHouse(t, WORLD)
  for (const { name } of await hall.operations.book()) await hall.operations.bookRemove(name)
  for (const [{ book, denied = false }, node] of callers) {
    const ended = new AbortController()
    const steps = hall.operations
      .pairOpen({ may: book?.may ?? ['own'] }, ended.signal)
      [Symbol.asyncIterator]()
    const first = (await steps.next()).value
    const right = first !== undefined && 'code' in first ? first.code : ''
    const code = book === undefined && !denied ? `${right[0] === '0' ? '1' : '0'}${right.slice(1)}` : right
    const done = await house.while(codeOf(node.operations.pair({ who: hall.peer, code }, signal)))
    t.equal(done, book === undefined ? 'refused' : 'no error', node.name)
    ended.abort()
    for (let next = await steps.next(); next.done !== true; ) next = await steps.next()
  }
  const { access, book } = hall.running.assembled.peers
  t.equal(book.entries().length, 4)
  await checkDoor(t, WORLD.callers, {
    columns: COLUMNS,
    tries(caller, column) {
      const { word, thing } = askOf(column)
      const host = caller.kind === 'far' ? '203.0.113.1' : '192.168.1.2'
      const peer = callers.get(caller)?.peer ?? ''
      return access.decide(
        { kind: 'peer', caller: { peer, host, direct: caller.kind === 'near' } },
        word,
        thing
      ).allowed
    }
  })
  const { counters } = await hall.operations.status()
  t.match(counters, { 'pairing.paired': 4, 'pairing.tries': 5, 'pairing.refused': 2 })
})
