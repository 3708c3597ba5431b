import t from 'tap'
import type { SeriesView } from '../../src/node/api/operations.ts'
import { codeOf, type House, type HouseNode, houseFor, type NodePlan } from '../support/scenario/house.ts'

const signal = (): AbortSignal => new AbortController().signal

/** A private gauge beside a public one, which cannot be said in the short form of a plan. */
const withPrivate: NodePlan = {
  gauges: ['air'],
  config: '  - { type: gauge, name: bedroom, interval: 1s, private: true }'
}

async function asks(house: House, requester: HouseNode, who: HouseNode): Promise<string[]> {
  const views: SeriesView[] = await house.while(requester.operations.ask({ who: who.peer }, signal()))
  return views.map(({ series }) => series)
}

t.test('a private series is not gossiped, and read by peers of the book alone', async (t) => {
  const house = houseFor(t)
  const hall = await house.start('hall', { ...withPrivate, extra: ['bedroom'] })
  const friend = await house.start('friend')
  const guest = await house.start('guest')
  await hall.operations.bookPut({ name: 'friend', who: friend.peer })
  await house.link(friend, hall)
  await house.link(guest, hall)
  await house.until(() => guest.received.length >= 5 && hall.received.length >= 10)
  const heard = [...guest.received, ...friend.received].filter(({ series }) => /bedroom/.test(series))
  t.strictSame(heard, [], 'not by gossip')
  t.strictSame(await asks(house, friend, hall), ['air/temperature', 'bedroom/temperature'])
  t.strictSame(await asks(house, guest, hall), ['air/temperature'])
  const past = async (who: HouseNode): Promise<unknown> => {
    for await (const row of who.operations.history({ who: 'hall', what: 'bedroom' }, signal())) return row
    return undefined
  }
  t.match(await house.while(past(friend)), { series: 'bedroom/temperature', value: 0 })
  t.equal(await house.while(codeOf(past(guest))), 'no-such')
})

t.test('only peers of the book learn of a private series, and do not pass it on', async (t) => {
  const house = houseFor(t)
  const hall = await house.start('hall', { ...withPrivate, extra: ['bedroom'] })
  const friend = await house.start('friend')
  const guest = await house.start('guest')
  await hall.operations.bookPut({ name: 'friend', who: friend.peer })
  await house.link(friend, hall, guest)
  await house.link(guest, hall)
  const listed = (who: HouseNode): string[] | undefined =>
    who.running.assembled.peers.catalogues
      .mostComplete(hall.peer)
      ?.catalogue.series.map(({ name }) => name.slice(hall.peer.length + 1))
  await house.until(() => listed(guest) !== undefined && listed(friend) !== undefined)
  t.strictSame(listed(guest), ['air/temperature'])
  t.strictSame(listed(friend), ['air/temperature', 'bedroom/temperature'])
  await house.until(() => new Set(hall.received.map(({ series }) => series)).size === 2)
  t.strictSame(await asks(house, friend, hall), ['air/temperature', 'bedroom/temperature'])
  const { queries } = guest.running.assembled.clients
  const received = await house.while(
    queries.describe(friend.peer, ['/sensor/meta/v1'], { who: hall.peer }, signal())
  )
  t.strictSame(
    received.series.map(({ name }) => name),
    [`${hall.peer}/air/temperature`]
  )
  const secondHand = queries.read(
    friend.peer,
    ['/sensor/temp/v1'],
    { who: hall.peer, n: 'bedroom' },
    signal()
  )
  t.equal(await house.while(codeOf(secondHand)), 'no-such')
})

t.test('a denied neighbour hears nothing of this node or through it', async (t) => {
  const house = houseFor(t)
  const [bad, guest] = [await house.start('bad'), await house.start('guest')]
  const other = await house.start('other', { gauges: ['soil'] })
  const hall = await house.start('hall', { gauges: ['air'], config: 'deny: [bad]' })
  for (const neighbour of [bad, guest, other]) await house.link(neighbour, hall)
  const heard = (who: HouseNode, by: HouseNode): number =>
    by.received.filter(({ series }) => series.startsWith(who.peer)).length
  const lists = (who: HouseNode, by: HouseNode): boolean =>
    by.running.assembled.peers.catalogues.get(who.peer) !== undefined
  await house.until(() => [bad, guest].every((by) => [hall, other].every((who) => heard(who, by) >= 2)))
  await hall.operations.bookPut({ name: 'bad', who: bad.peer })
  const before = [hall, other].map((who) => heard(who, bad))
  const [own = 0, others = 0] = [hall, other].map((who) => heard(who, guest))
  await house.until(() => heard(hall, guest) >= own + 5 && heard(other, guest) >= others + 5)
  t.strictSame(
    [hall, other].map((who) => heard(who, bad)),
    before,
    'from the moment that deny: means it'
  )
  const strict = await house.start('strict', { gauges: ['wall'], config: `deny: [${bad.peer}]` })
  for (const neighbour of [bad, guest]) await house.link(neighbour, strict)
  await house.until(() => heard(strict, guest) >= 5 && lists(strict, guest))
  t.equal(heard(strict, bad), 0)
  t.notOk(lists(strict, bad), 'its catalogue neither')
})

t.test('a node is asked by its own name, and not over the network', async (t) => {
  const house = houseFor(t)
  const hall = await house.start('hall', { gauges: ['air'] })
  await house.until(() => hall.received.length >= 1)
  const own = await house.while(hall.operations.ask({ who: 'hall' }, signal()))
  t.match(own, [{ who: 'hall', peer: hall.peer, series: 'air/temperature' }])
  const pings = async (): Promise<void> => {
    for await (const _reply of hall.operations.ping({ who: 'hall' }, signal()));
  }
  t.equal(await house.while(codeOf(pings())), 'bad-request')
})

t.test('accept: whose readings are taken', async (t) => {
  for (const [accept, heard] of [
    ['book', ['friend']],
    ['near', ['friend', 'stranger']],
    ['anyone', ['friend', 'stranger']]
  ] as const) {
    const house = houseFor(t)
    const node = await house.start('node', { config: `accept: ${accept}` })
    const friend = await house.start('friend', { gauges: ['air'] })
    const stranger = await house.start('stranger', { gauges: ['air'] })
    await node.operations.bookPut({ name: 'friend', who: friend.peer })
    await house.link(node, friend)
    await house.link(node, stranger)
    const names = (): string[] => {
      const authors = new Set(node.received.map(({ series }) => series.split('/')[0]))
      return [friend, stranger].filter(({ peer }) => authors.has(peer)).map(({ name }) => name)
    }
    await house.until(() => names().length >= heard.length)
    if (accept === 'book') await house.until(() => node.count('gossip.ignore-signer') > 0)
    t.strictSame(names(), heard, accept)
  }
})

t.test('deny: neither answered nor believed', async (t) => {
  const house = houseFor(t)
  const bad = await house.start('bad', { gauges: ['air'] })
  const node = await house.start('node', { gauges: ['air'], config: `deny: [${bad.peer}]` })
  await house.link(bad, node)
  await house.until(() => bad.received.length >= 5)
  t.equal(node.received.filter(({ series }) => series.startsWith(bad.peer)).length, 0)
  t.equal(await codeOf(asks(house, bad, node)), 'denied')
})

t.test('an unlisted node is found by no protocol, by a guest of whom it knows nothing', async (t) => {
  const house = houseFor(t)
  const hall = await house.start('hall')
  const hidden = await house.start('hidden', { config: 'unlisted: true' })
  const listed = await house.start('listed')
  const guest = await house.start('guest')
  for (const node of [hidden, listed]) {
    await hall.operations.bookPut({ name: node.name, who: node.peer })
    await node.operations.bookPut({ name: 'hall', who: hall.peer })
  }
  await hall.operations.bookPut({ name: 'guest', who: guest.peer })
  await guest.operations.bookPut({ name: 'hall', who: hall.peer })
  for (const node of [hidden, listed, guest]) await house.link(node, hall)
  const { neighbours, peers, transports } = guest.running.assembled
  await house.until(() => hall.running.assembled.transports.network.getPeers().length === 3)
  await house.pass(2000)
  // The guest is even in the book of the node that sees both.
  const paths = (peer: string) => house.while(neighbours.findPaths(peer, signal()))
  t.same(await paths(listed.peer), [[hall.peer]])
  t.same(await paths(hidden.peer), [])
  const distant = await house.while(neighbours.distantPeers([hidden.peer, listed.peer], signal()))
  t.same(
    distant.map(({ peer }) => peer),
    [listed.peer]
  )
  t.match(
    await house.while(codeOf(guest.operations.ask({ who: hidden.peer }, signal()))),
    /unreachable|no-such|unknown/
  )
  const { network } = transports
  const known = (await network.peerStore.all()).map(({ id }) => id.toString())
  t.notOk(known.includes(hidden.peer), 'no part of libp2p has heard of it')
  t.equal(peers.told.add(hidden.peer, []), false, 'nor the exchange of addresses')
})

t.test('addresses are exchanged with the book alone: a guest beside it gets none', async (t) => {
  const house = houseFor(t)
  const hall = await house.start('hall')
  const friend = await house.start('friend')
  const guest = await house.start('guest')
  await hall.operations.bookPut({ name: 'friend', who: friend.peer })
  await friend.operations.bookPut({ name: 'hall', who: hall.peer })
  await guest.operations.bookPut({ name: 'hall', who: hall.peer })
  await house.link(friend, hall)
  await house.link(guest, hall)
  await house.pass(2000)
  const exchange = async (node: HouseNode): Promise<number> => {
    const { peers, addresses } = node.running.assembled
    const connection = peers.autoDialer.connection(hall.peer)
    if (connection === undefined) throw new Error('it is linked')
    return (await addresses.exchange(connection, signal())).length
  }
  t.equal(await house.while(exchange(friend)), 1)
  await t.rejects(house.while(exchange(guest)))
  t.ok((hall.running.assembled.addresses.counters['refused'] ?? 0) >= 1)
})
