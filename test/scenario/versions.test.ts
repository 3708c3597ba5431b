import { peerIdFromString } from '@libp2p/peer-id'
import t from 'tap'
import { defineSensorProtocol } from '../../src/protocol/define-sensor-protocol.ts'
import { type HouseNode, houseFor, type NodePlan } from '../support/scenario/house.ts'

const V1 = '/sensor/temp/v1'
const V2 = '/sensor/temp/v2'
const newer: NodePlan = { protocols: [defineSensorProtocol({ id: V2, quantity: 'temperature' })] }

/** The first of the protocols that a stream between the two speaks. */
function negotiated(node: HouseNode, other: HouseNode, protocols: readonly string[]): string | undefined {
  const connections = node.running.assembled.transports.network.getConnections(peerIdFromString(other.peer))
  const spoken = connections.flatMap(({ streams }) => streams.map(({ protocol }) => protocol))
  return protocols.find((protocol) => spoken.includes(protocol))
}

t.test('the newest version that both speak is spoken, and gossip reaches both', async (t) => {
  const house = houseFor(t)
  const author = await house.start('author', { ...newer, gauges: ['air'] })
  const old = await house.start('old', { gauges: ['air'] })
  const fresh = await house.start('fresh', newer)
  await house.link(author, old, fresh)
  await house.link(old, fresh)
  await house.until(() => author.received.length >= 3 && old.received.length >= 6)

  const ask = (who: HouseNode, whom: HouseNode) =>
    house.while(
      who.operations.ask({ who: whom.peer, what: 'air', by: 'stream' }, new AbortController().signal)
    )
  t.match(await ask(fresh, author), [{ state: 'value', who: 'author' }])
  t.equal(negotiated(fresh, author, [V2, V1]), V2)
  t.match(await ask(fresh, old), [{ state: 'value', who: 'old' }])
  t.equal(negotiated(fresh, old, [V1]), V1)
  t.match(await ask(old, author), [{ state: 'value', who: 'author' }])
  t.equal(negotiated(old, author, [V1]), V1)

  const series = author.series('air')
  await house.until(() => fresh.received.filter((reading) => reading.series === series).length >= 3)
  for (const node of [old, fresh]) {
    const positions = node.received.filter((one) => one.series === series).map(({ position }) => position.seq)
    t.equal(
      new Set(positions).size,
      positions.length,
      `${node.name} counts each once, on however many topics`
    )
  }
  const [meta] = fresh.running.assembled.peers.catalogues
    .all()
    .filter(({ author: peer }) => peer === author.peer)
  t.strictSame(meta?.catalogue.series[0]?.protocols, [V2, V1], 'both are advertised, the newest first')
})

t.test('an older node behind a newer one hears what a newer one publishes', async (t) => {
  const house = houseFor(t)
  const author = await house.start('author', { ...newer, gauges: ['air'] })
  const relay = await house.start('relay', newer)
  const old = await house.start('old')
  await house.link(author, relay)
  await house.link(relay, old)
  await house.until(() => old.received.length >= 3)
  const seqs = old.received.map(({ position }) => position.seq)
  t.equal(new Set(seqs).size, seqs.length, 'each once')
  t.notOk(old.isConnectedTo(author))
})
