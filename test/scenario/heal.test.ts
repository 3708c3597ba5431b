import type { PeerId } from '@libp2p/interface'
import t, { type Test } from 'tap'
import { type House, type HouseNode, houseFor } from '../support/scenario/house.ts'

/** What is wanted of gossipsub's inside. */
interface Inside {
  readonly outboundInflightQueue: { push(wanted: { readonly connection: { readonly id: string } }): void }
  removePeer(peer: PeerId): void
}

/**
 * Ends the gossip of one node with another as a half-open reconnect does: the connection stays up, and no
 * stream is opened on it again, whatever identify reports meanwhile.
 */
function killGossip(node: HouseNode, other: HouseNode): void {
  const { transports, peers } = node.running.assembled
  const dead = peers.autoDialer.connection(other.peer)
  if (dead === undefined) throw new Error(`${node.name} is not connected with ${other.name}`)
  const inside = transports.network.services.pubsub as unknown as Inside
  const { outboundInflightQueue } = inside
  const push = outboundInflightQueue.push.bind(outboundInflightQueue)
  outboundInflightQueue.push = (wanted) => {
    if (wanted.connection.id !== dead.id) push(wanted)
  }
  inside.removePeer(dead.remotePeer)
}

/** Somebody who measures, and somebody who hears it. */
async function neighbours(t: Test): Promise<{ house: House; author: HouseNode; reader: HouseNode }> {
  const house = houseFor(t)
  const author = await house.start('author', { gauges: ['air'] })
  const reader = await house.start('reader')
  await house.link(reader, author)
  await house.until(() => reader.received.length >= 2)
  return { house, author, reader }
}

t.test('gossip that is dead while the connection is up is healed (docs/network.md trap 1)', async (t) => {
  const { house, author, reader } = await neighbours(t)
  const connection = reader.running.assembled.peers.autoDialer.connection(author.peer)

  killGossip(reader, author)
  killGossip(author, reader)
  t.equal(reader.running.assembled.peers.autoDialer.connection(author.peer)?.id, connection?.id)
  const heard = reader.received.length
  const dead = house.clock.monotonic()
  await house.pass(4_000)
  t.equal(reader.received.length, heard, 'nothing comes any more')

  await house.until(() => reader.received.length >= heard + 3)
  const healed = house.clock.monotonic() - dead
  t.ok(healed <= 30_000, `healed after ${Math.round(healed / 1000)} s`)
  t.not(
    reader.running.assembled.peers.autoDialer.connection(author.peer)?.id,
    connection?.id,
    'by a new connection'
  )
})

t.test('one side alone has lost its streams', async (t) => {
  const { house, author, reader } = await neighbours(t)
  killGossip(author, reader)
  const heard = reader.received.length
  await house.until(() => reader.received.length >= heard + 15)
  t.pass('it heals as well')
})
