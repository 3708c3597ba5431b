import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { PairStep } from '../../../src/node/api/access/pairing-views.ts'
import { codeOf, type House, type HouseNode, houseFor } from '../../support/scenario/house.ts'

const signal = AbortSignal.timeout(60_000)

/** A code that a node has open, and what became of it so far. */
interface Opened {
  readonly code: string
  readonly steps: PairStep[]
  readonly withdraw: () => void
}

async function open(
  t: Test,
  node: HouseNode,
  request: Parameters<HouseNode['operations']['pairOpen']>[0] = {}
): Promise<Opened> {
  const ended = new AbortController()
  t.teardown(() => ended.abort())
  const steps = node.operations.pairOpen(request, ended.signal)[Symbol.asyncIterator]()
  const first = (await steps.next()).value
  const seen: PairStep[] = [first]
  const follow = async (): Promise<void> => {
    for (let next = await steps.next(); next.done !== true; next = await steps.next()) seen.push(next.value)
  }
  void follow()
  return { code: 'code' in first ? first.code : '', steps: seen, withdraw: () => ended.abort() }
}

async function two(t: Test, config = ''): Promise<{ house: House; hall: HouseNode; anna: HouseNode }> {
  const house = houseFor(t)
  const hall = await house.start('hall', { home: true, config })
  const anna = await house.start('anna', { home: true })
  await house.link(anna, hall)
  await house.until(() => anna.running.assembled.peers.directory.nameOf(hall.peer) === 'hall')
  return { house, hall, anna }
}

const owns = (node: HouseNode, peer: string): boolean =>
  node.running.assembled.peers.access.decide(
    { kind: 'peer', caller: { peer, host: undefined, direct: true } },
    'own',
    { kind: 'node' }
  ).allowed

t.test('the first that proves the code of a node that nobody owns, owns it', async (t) => {
  const { house, hall, anna } = await two(t)
  const { code, steps } = await open(t, hall)
  t.match(code, /^[0-9A-Z]{4}-[0-9A-Z]{4}$/)
  t.match(steps, [{ may: ['own'] }])
  t.notOk(owns(hall, anna.peer))
  const typed = code.toLowerCase().replace('-', '')
  const paired = await house.while(anna.operations.pair({ who: 'hall', code: typed }, signal))
  t.same(paired, { name: 'hall', peer: hall.peer, may: ['own'] })
  await house.until(() => steps.some((step) => 'closed' in step))
  t.match(steps.slice(1), [{ paired: { peer: anna.peer, name: 'anna' } }, { closed: 'used' }])
  t.match(await hall.operations.book(), [{ name: 'anna', peer: anna.peer, may: ['own'], added: 'paired' }])
  t.match(await anna.operations.book(), [{ name: 'hall', peer: hall.peer, added: 'paired' }])
  t.notOk('may' in ((await anna.operations.book())[0] ?? {}), 'the owner is owned by nobody')
  t.ok(owns(hall, anna.peer))
  t.notOk(owns(anna, hall.peer))
  await house.restart(hall)
  t.ok(owns(hall, anna.peer), 'it is in the file')
  t.match((await open(t, hall)).steps, [{ may: [] }], 'the next code grants the book alone')
})

t.test('what a code grants can be said, and is checked', async (t) => {
  const config = 'switches: [{ name: heater, line: GPIO17, maxOn: 1h }]'
  const { house, hall, anna } = await two(t, config)
  t.equal(await codeOf(open(t, hall, { may: ['rule'] })), 'bad-request')
  t.equal(await codeOf(open(t, hall, { may: ['operate:heather'] })), 'bad-right')
  t.equal(await codeOf(open(t, hall, { name: 'Not A Name' })), 'bad-name')
  t.equal(await codeOf(open(t, hall, { name: 'anyone' })), 'bad-name', 'it means everybody')
  const { code } = await open(t, hall, { may: ['operate:heater'], name: 'phone' })
  const view = await house.while(anna.operations.pair({ who: hall.peer, code, name: 'corridor' }, signal))
  t.same(view, { name: 'corridor', peer: hall.peer, may: ['operate:heater'] })
  await house.until(() => hall.running.assembled.peers.book.get('phone') !== undefined)
  t.match(await hall.operations.book(), [{ name: 'phone', peer: anna.peer, may: ['operate:heater'] }])
})

t.test('a claimed name to which the configuration grants something gives nothing', async (t) => {
  const { house, hall, anna } = await two(t, 'access: [{ who: anna, may: [own] }]')
  const { code, steps } = await open(t, hall)
  t.match(steps, [{ may: [] }], 'somebody has own already')
  await house.while(anna.operations.pair({ who: 'hall', code }, signal))
  t.match(await hall.operations.book(), [{ name: 'anna-2', peer: anna.peer }])
  t.notOk(owns(hall, anna.peer))
})

t.test('a claimed name that a rule names is not taken', async (t) => {
  for (const rule of [
    '{ name: r, when: { series: anna/air/temperature, below: 5 }, then: [{ log: x }] }',
    '{ name: r, when: { time: "06:30" }, then: [{ log: x }, { switch: anna/lamp, to: on }] }',
    '{ name: r, when: { time: "06:30" }, then: [{ send: anna, protocol: /note/text/v1, text: x }] }'
  ]) {
    const { house, hall, anna } = await two(t, `rules: [${rule}]`)
    const { code } = await open(t, hall)
    await house.while(anna.operations.pair({ who: 'hall', code }, signal))
    t.match(await hall.operations.book(), [{ name: 'anna-2', peer: anna.peer }], rule)
  }
})

t.test('what is refused before a try is spent', async (t) => {
  const { house, hall, anna } = await two(t)
  const { code, steps } = await open(t, hall)
  const pair = (change: { who?: string; code?: string; name?: string }): Promise<string> =>
    house.while(codeOf(anna.operations.pair({ who: 'hall', code, ...change }, signal)))
  t.equal(await pair({ code: '7K3M-Q9T' }), 'bad-request')
  t.equal(await pair({ who: anna.peer }), 'bad-request', 'itself')
  t.equal(await pair({ name: 'No' }), 'bad-name')
  t.equal(await pair({ name: 'near' }), 'bad-name')
  await anna.operations.bookPut({
    name: 'taken',
    who: '12D3KooWRawPbxPtP1eZaJpumGnyWX2DcUyd3RQnydr3eAto4Az7'
  })
  t.equal(await pair({ name: 'taken' }), 'already-named')
  t.equal(steps.length, 1)
  t.equal(await pair({}), 'no error')
  t.equal(await pair({ name: 'other' }), 'already-named', 'it is in the book as hall')
})

t.test('a withdrawn code, and none at all', async (t) => {
  const { house, hall, anna } = await two(t)
  const pair = (code: string): Promise<string> =>
    house.while(codeOf(anna.operations.pair({ who: 'hall', code }, signal)))
  t.equal(await pair('7K3M-Q9TX'), 'no-code')
  const first = await open(t, hall)
  const second = await open(t, hall)
  await house.until(() => first.steps.length > 1)
  t.same(first.steps.slice(1), [{ closed: 'withdrawn' }], 'there is one code at a time')
  second.withdraw()
  await house.until(() => second.steps.length > 1)
  t.equal(await pair(second.code), 'no-code')
})

t.test('a node that stops closes its code, and ends its stream', async (t) => {
  const { house, hall } = await two(t)
  const { steps } = await open(t, hall)
  await house.stop(hall)
  await house.until(() => steps.length > 1)
  t.same(steps.slice(1), [{ closed: 'withdrawn' }])
})

t.test('a look-alike under the same name is not paired, and learns nothing of use', async (t) => {
  const house = houseFor(t)
  const hall = await house.start('hall', { home: true })
  const likeness = await house.start('likeness', { home: true, config: '' })
  const anna = await house.start('anna', { home: true })
  await house.link(anna, hall, likeness)
  const { code } = await open(t, hall)
  // It has a code of its own open: whatever is proved to it, it does not know that of the hall.
  const other = await open(t, likeness)
  const told = await house.while(
    codeOf(anna.operations.pair({ who: likeness.peer, code, name: 'hall' }, signal))
  )
  t.equal(told, 'refused')
  t.match(other.steps.slice(1), [{ tried: { peer: anna.peer }, left: 4 }])
  t.same(await anna.operations.book(), [])
  t.match(await house.while(anna.operations.pair({ who: hall.peer, code }, signal)), { may: ['own'] })
})

t.test(
  'unpairing removes the entry with its rights, tells the other side, which decides itself',
  async (t) => {
    const { house, hall, anna } = await two(t)
    const { code } = await open(t, hall)
    await house.while(anna.operations.pair({ who: 'hall', code }, signal))
    await house.until(() => owns(hall, anna.peer))
    const view = await house.while(hall.operations.unpair('anna', signal))
    t.same(view, { name: 'anna', peer: anna.peer, told: true, still: [] })
    t.same(await hall.operations.book(), [])
    t.notOk(owns(hall, anna.peer))
    t.equal((await anna.operations.book()).length, 1, 'the other keeps its book')
    t.equal(await codeOf(hall.operations.unpair('anna', signal)), 'nobody-found')
    await house.cut(anna, hall)
    await house.stop(hall)
    const alone = await house.while(anna.operations.unpair(hall.peer.slice(-8), signal))
    t.match(alone, { name: 'hall', told: false, why: String })
    t.same(await anna.operations.book(), [])
  }
)

t.test('what still grants something to a peer that is removed is said', async (t) => {
  const { house, hall, anna } = await two(t)
  await house.stop(hall)
  const granting = await house.start('granting', {
    config: `access: [{ who: ${anna.peer}, may: [read] }]\nowner: ${anna.peer}`
  })
  t.match(await granting.operations.book(), [{ name: 'owner', peer: anna.peer }])
  const view = await house.while(granting.operations.unpair('owner', signal))
  t.equal(view.still.length, 2)
  t.equal(view.still.at(-1), 'owner')
})

t.test('a stranger that says it was unpaired is not heard', async (t) => {
  const lines: string[] = []
  const note = (line: string): void => {
    lines.push(line)
  }
  const log = { debug() {}, info: note, warn: note, error: note }
  const house = houseFor(t)
  const hall = await house.start('hall', { log })
  const anna = await house.start('anna')
  await house.link(anna, hall)
  await anna.operations.bookPut({ name: 'hall', who: hall.peer })
  t.match(await house.while(anna.operations.unpair('hall', signal)), { told: false })
  t.same(
    lines.filter((line) => /book/.test(line)),
    []
  )
  await hall.operations.bookPut({ name: 'anna', who: anna.peer })
  await anna.operations.bookPut({ name: 'hall', who: hall.peer })
  t.match(await house.while(anna.operations.unpair('hall', signal)), { told: true })
  await anna.operations.bookPut({ name: 'hall', who: hall.peer })
  t.match(await house.while(anna.operations.unpair('hall', signal)), { told: true }, 'heard, and logged once')
  t.same(
    lines.filter((line) => /book/.test(line)),
    ['anna has removed this node from its book']
  )
})

t.test('owner of kith.yaml is in the book, and owns the node as long as the line names it', async (t) => {
  const house = houseFor(t)
  const [anna, ben] = [await house.start('anna'), await house.start('ben')]
  const hall = await house.start('hall', { home: true, config: `owner: ${anna.peer}` })
  t.match(await hall.operations.book(), [{ name: 'owner', peer: anna.peer }])
  t.ok(owns(hall, anna.peer))
  await hall.operations.bookRename('owner', 'anna')
  await house.restart(hall)
  t.match(await hall.operations.book(), [{ name: 'anna' }], 'and keeps the name that it got')
  t.ok(owns(hall, anna.peer))
  t.match((await open(t, hall)).steps, [{ may: [] }])
  const book = await hall.operations.book()
  const other = await house.start('other', { config: `owner: ${ben.peer}` })
  for (const entry of book) await other.operations.bookPut({ name: entry.name, who: entry.peer })
  t.notOk(owns(other, anna.peer), 'nothing of it is kept in the book')
  t.ok(owns(other, ben.peer))
})

t.test('who only claims a name or purpose is not the one that is unpaired', async (t) => {
  const { house, hall, anna } = await two(t)
  await hall.operations.bookPut({ name: 'bob', who: anna.peer })
  t.equal(hall.running.assembled.peers.directory.find('anna').length, 1, 'the name is claimed')
  t.equal(await codeOf(house.while(hall.operations.unpair('anna', signal))), 'nobody-found')
  t.equal((await hall.operations.book()).length, 1)
  const label = `bob…${anna.peer.slice(-7)}`
  t.match(await house.while(hall.operations.unpair(label, signal)), { name: 'bob', peer: anna.peer })
})

t.test('what would leave the other side alone is refused before a code is shown', async (t) => {
  const { hall, anna } = await two(t)
  await hall.operations.bookPut({ name: 'desk', who: anna.peer })
  t.equal(await codeOf(open(t, hall, { name: 'desk' })), 'already-named')
  const many = Array.from({ length: 17 }, (_, i) => `read:/doc/n${i}/v1`)
  t.equal(await codeOf(open(t, hall, { may: many })), 'bad-request')
  const house = houseFor(t)
  const full = await house.start('full', { config: 'limits: { book: 1 }' })
  await full.operations.bookPut({ name: 'desk', who: anna.peer })
  t.equal(await codeOf(open(t, full)), 'book-full')
  const long = `read:/doc/${'n'.repeat(90)}/v1`
  t.match(await codeOf(open(t, hall, { may: [long] })), /bad-request|bad-right/)
})

t.test('a book of the side that types that takes nobody leaves the other side as it was', async (t) => {
  const { house, hall, anna } = await two(t)
  const small = await house.start('small', { home: true, config: 'limits: { book: 1 }' })
  await house.link(small, hall)
  await small.operations.bookPut({ name: 'desk', who: anna.peer })
  const { code, steps } = await open(t, hall)
  const pair = (node: HouseNode): Promise<string> =>
    house.while(codeOf(node.operations.pair({ who: hall.peer, code }, signal)))
  t.equal(await pair(small), 'book-full')
  const file = join(anna.home ?? '', 'book.yaml')
  writeFileSync(file, 'desk: nobody\n')
  t.equal(await pair(anna), 'bad-book')
  t.equal(steps.length, 1, 'no try is spent')
  t.same(await hall.operations.book(), [])
  rmSync(file)
  t.equal(await pair(anna), 'no error')
  t.match(await hall.operations.book(), [{ name: 'anna', may: ['own'] }])
})

t.test('a file of the book that was edited counts before a code is shown', async (t) => {
  const house = houseFor(t)
  const hall = await house.start('hall', { home: true })
  const file = join(hall.home ?? '', 'book.yaml')
  writeFileSync(file, 'desk: nobody\n')
  t.equal(await codeOf(open(t, hall)), 'bad-book')
  const { peer } = await house.start('anna')
  writeFileSync(file, `- { name: anna, peer: ${peer}, may: [own] }\n`)
  t.match((await open(t, hall)).steps, [{ may: [] }])
})

t.test('a code that grants own because nobody has it grants it to one alone', async (t) => {
  const { house, hall, anna } = await two(t)
  const ben = await house.start('ben', { home: true })
  const { code, steps } = await open(t, hall)
  await hall.operations.bookPut({ name: 'ben', who: ben.peer, may: ['own'] })
  t.equal(await house.while(codeOf(anna.operations.pair({ who: hall.peer, code }, signal))), 'refused')
  t.match(steps.slice(1), [{ failed: { peer: anna.peer, why: /somebody else owns/ } }])
  t.notOk(owns(hall, anna.peer))
})

t.test('a code that is withdrawn while the book waits for its turn pairs nobody', async (t) => {
  const { house, hall, anna } = await two(t)
  const { code, steps, withdraw } = await open(t, hall)
  const { book } = hall.running.assembled.peers
  const put = book.put.bind(book)
  book.put = (made) => {
    withdraw()
    return put(made)
  }
  t.equal(await house.while(codeOf(anna.operations.pair({ who: hall.peer, code }, signal))), 'refused')
  await house.until(() => steps.some((step) => 'closed' in step))
  t.match(steps.slice(1), [{ failed: { peer: anna.peer } }, { closed: 'withdrawn' }])
  t.same(book.entries(), [])
})

t.test('words of the configuration are not taken from a claim, nor is a tail for a name', async (t) => {
  const house = houseFor(t)
  const hall = await house.start('hall', { home: true })
  const claims = await Promise.all(['owner', 'near'].map((name) => house.start(name, { home: true })))
  for (const node of claims) {
    await house.link(node, hall)
    const { code } = await open(t, hall, { may: [] })
    const tail = hall.peer.slice(-6).toLowerCase() === hall.peer.slice(-6) ? hall.peer : hall.peer.slice(-6)
    const view = await house.while(node.operations.pair({ who: tail, code }, signal))
    t.equal(view.name, 'hall')
  }
  t.same(
    (await hall.operations.book()).map(({ name }) => name),
    ['near-2', 'owner-2']
  )
})

t.test('an owner that cannot be read does not keep the node from starting', async (t) => {
  const house = houseFor(t)
  const hall = await house.start('hall', { config: 'owner: "kith:9/x"' })
  t.same(await hall.operations.book(), [])
})
