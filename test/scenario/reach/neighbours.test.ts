import t from 'tap'
import type { PeerView } from '../../../src/node/api/operations.ts'
import { type House, type HouseNode, houseFor } from '../../support/scenario/house.ts'

async function pathsOf(house: House, node: HouseNode): Promise<Record<string, string>> {
  const peers: PeerView[] = await house.while(node.operations.peers())
  return Object.fromEntries(peers.map(({ peer, path }) => [peer, path.text]))
}

t.test('peers that only neighbours see are listed with the path', async (t) => {
  const house = houseFor(t)
  const [hall, attic, desk] = [
    await house.start('hall'),
    await house.start('attic'),
    await house.start('desk')
  ]
  const hidden = await house.start('hidden', { config: 'unlisted: true' })
  await house.link(hall, attic, desk, hidden)
  t.strictSame(await pathsOf(house, desk), { [hall.peer]: 'direct', [attic.peer]: 'via hall' })
  const [view] = (await house.while(desk.operations.peers())).filter(({ peer }) => peer === attic.peer)
  t.match(view, { connected: false, path: { kind: 'via', hops: [hall.peer] } })
  t.ok(view !== undefined && view.seen !== null && view.seen < 30)
  t.strictSame(
    await pathsOf(house, hidden),
    { [hall.peer]: 'direct', [attic.peer]: 'via hall', [desk.peer]: 'via hall' },
    'who is unlisted may ask'
  )
  const { counters } = await hall.operations.status()
  t.equal(counters['neighbours.list'], 2, 'each asked once')
  await house.stop(attic)
  await house.pass(31_000)
  t.strictSame(await pathsOf(house, desk), { [hall.peer]: 'direct' })
})

t.test('a peer of the book is searched, over as many as three others', async (t) => {
  const house = houseFor(t)
  const names = ['desk', 'hall', 'attic', 'den', 'roof']
  const nodes: HouseNode[] = []
  for (const name of names) nodes.push(await house.start(name))
  const [desk, hall, attic, den, roof] = nodes as [HouseNode, HouseNode, HouseNode, HouseNode, HouseNode]
  // Each hop asks on for those of its book alone.
  for (const [i, node] of nodes.slice(1).entries()) {
    const before = nodes[i] as HouseNode
    await house.link(before, node)
    await node.operations.bookPut({ name: before.name, who: before.peer })
  }
  for (const { name, peer } of [den, roof]) await desk.operations.bookPut({ name, who: peer })
  const peers = await house.while(desk.operations.peers())
  const hops = new Map(peers.map(({ peer, path }) => [peer, path.hops]))
  t.strictSame(hops.get(den.peer), [hall.peer, attic.peer])
  t.strictSame(hops.get(roof.peer), [hall.peer, attic.peer, den.peer])
})

t.test('without a book nothing is searched for strangers', async (t) => {
  const house = houseFor(t)
  const [desk, hall, attic, den] = [
    await house.start('desk'),
    await house.start('hall'),
    await house.start('attic'),
    await house.start('den')
  ]
  await house.link(hall, desk, attic)
  await house.link(attic, den)
  await desk.operations.bookPut({ name: 'den', who: den.peer })
  t.equal((await pathsOf(house, desk))[den.peer], 'not connected')
})
