import t from 'tap'
import { House, type HouseNode } from '../support/scenario-house.ts'

/** Ends the gossip of one node with another as a half-open reconnect does: the connection stays up. */
function killGossip(node: HouseNode, other: HouseNode): void {
  const { network } = node.running.assembled
  const peer = network.getPeers().find((one) => one.toString() === other.peer)
  const inside = network.services.pubsub as unknown as { removePeer(peer: unknown): void }
  inside.removePeer(peer)
}

t.test('gossip that is dead while the connection is up is healed (libp2p.md, trap 1)', async (t) => {
  const house = new House()
  t.teardown(() => house.end())
  const author = await house.start('author', { gauges: ['air'] })
  const reader = await house.start('reader')
  await house.link(reader, author)
  await house.until(() => reader.journalled.length >= 2)
  const connection = reader.running.assembled.neighbourhood.connection(author.peer)

  killGossip(reader, author)
  killGossip(author, reader)
  t.equal(reader.running.assembled.neighbourhood.connection(author.peer)?.id, connection?.id)
  const heard = reader.journalled.length
  const dead = house.clock.monotonic()
  await house.pass(4_000)
  t.equal(reader.journalled.length, heard, 'nothing comes any more')

  await house.until(() => reader.journalled.length >= heard + 3)
  const healed = house.clock.monotonic() - dead
  t.ok(healed <= 30_000, `healed after ${Math.round(healed / 1000)} s`)
  t.not(
    reader.running.assembled.neighbourhood.connection(author.peer)?.id,
    connection?.id,
    'by a new connection'
  )
})

t.test('one side alone has lost its streams', async (t) => {
  const house = new House()
  t.teardown(() => house.end())
  const author = await house.start('author', { gauges: ['air'] })
  const reader = await house.start('reader')
  await house.link(reader, author)
  await house.until(() => reader.journalled.length >= 2)
  killGossip(author, reader)
  const heard = reader.journalled.length
  await house.until(() => reader.journalled.length >= heard + 15)
  t.pass('it heals as well')
})
