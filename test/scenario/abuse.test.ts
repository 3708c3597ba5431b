import { randomBytes } from 'node:crypto'
import type { Connection } from '@libp2p/interface'
import t, { type Test } from 'tap'
import { defaultsOf } from '../../src/limits.ts'
import { gossipLimits } from '../../src/protocol/gossip/limits.ts'
import { META_TOPIC } from '../../src/protocol/protocol-registry.ts'
import { encodeCatalogue } from '../../src/reading/signed/catalogue-write.ts'
import { createSigner, type Signer, seal } from '../../src/reading/signed/seal.ts'
import { SealVerifier } from '../../src/reading/signed/seal-verify.ts'
import { keptLog } from '../support/history.ts'
import { encodePack } from '../support/packs.ts'
import { metaOf, readingOf } from '../support/readings.ts'
import { all, type House, type HouseNode, houseFor, settle } from '../support/scenario/house.ts'
import { HandAsker, Stranger } from '../support/scenario/stranger.ts'

const TOPIC = '/sensor/temp/v1'
const SIGNATURE_BYTES = 64
/** limits.gossip.sourceBurst, of which none is given back while the clock stands. */
const SOURCE_BURST = 400
const GRAYLIST = -80 // gossipsub's own default
const signal = (): AbortSignal => new AbortController().signal

interface Scene {
  readonly house: House
  readonly author: HouseNode
  readonly victim: HouseNode
  readonly stranger: Stranger
  readonly connection: Connection
  readonly log: ReturnType<typeof keptLog>
}

/** An honest author, a node beside it, and a stranger connected with that. */
async function scene(t: Test): Promise<Scene> {
  const house = houseFor(t)
  const log = keptLog()
  const author = await house.start('author', { gauges: ['air'] })
  const victim = await house.start('victim', { gauges: ['air'], log })
  await house.link(author, victim)
  const stranger = await Stranger.start()
  t.teardown(() => stranger.stop())
  const connection = await stranger.dial(victim)
  await house.until(() => stranger.reaches(victim) && victim.received.length >= 4)
  return { house, author, victim, stranger, connection, log }
}

/** Whether the victim still answers its neighbour and hears it. */
async function checkServed(t: Test, { house, author, victim }: Scene): Promise<void> {
  const [view] = await house.while(author.operations.ask({ who: 'victim' }, signal()))
  t.equal(view?.state, 'value', 'others are answered')
  const heard = heardOf(victim, author)
  await house.until(() => heardOf(victim, author) >= heard + 3)
  t.pass('others are heard')
}

function heardOf(node: HouseNode, author: HouseNode): number {
  return node.received.filter(({ series }) => series.startsWith(author.peer)).length
}

function scoreOf(victim: HouseNode, peer: string): number {
  const { pubsub } = victim.running.assembled.transports.network.services
  return (pubsub as unknown as { score: { score(peer: string): number } }).score.score(peer)
}

t.test('a forger at line rate is graylisted, and silences nobody', async (t) => {
  const made = await scene(t)
  const { author, victim, stranger, log } = made
  const sealed = author.running.assembled.storage.hub.latest().at(-1)?.sealed.bytes ?? new Uint8Array()
  const forged = (): Uint8Array =>
    Buffer.concat([sealed.subarray(0, sealed.length - SIGNATURE_BYTES), randomBytes(SIGNATURE_BYTES)])
  let verified = 0
  const verify = SealVerifier.prototype.verify
  t.intercept(SealVerifier.prototype, 'verify', {
    value(this: SealVerifier, ...given: Parameters<typeof verify>) {
      verified += 1
      return verify.apply(this, given)
    }
  })
  for (let burst = 0; burst < 50; burst++) {
    stranger.publish(victim, TOPIC, Array.from({ length: 100 }, forged))
    await settle()
  }
  const rejected = victim.count('gossip.reject-signature')
  // How many before the graylist is up to gossipsub's heartbeat, which beats in real time.
  t.ok(rejected > 0 && rejected <= SOURCE_BURST, `${rejected} of 5000 came as far as their signature`)
  t.equal(verified, rejected, 'no other signature was computed')
  // gossipsub counts scores anew once a heartbeat.
  await made.house.until(() => scoreOf(victim, stranger.peer) < GRAYLIST)
  await checkServed(t, made)
  t.equal(victim.count('gossip.ignore-author-rate'), 0, "the author's bucket was not emptied in its name")
  const before = victim.count('gossip.reject-signature')
  stranger.publish(victim, TOPIC, [forged()])
  await settle()
  t.equal(victim.count('gossip.reject-signature'), before, 'on the graylist nothing is looked at')
  await made.house.clock.advance(120_000)
  const lines = log.lines.filter(({ level }) => level === 'warn' || level === 'info')
  t.ok(lines.length <= 3, `${lines.length} lines about it`)
})

t.test('a thousand streams of one peer: four are answered', async (t) => {
  const made = await scene(t)
  const { victim, connection } = made
  const before = victim.running.assembled.server.sessions
  const opened = await Promise.allSettled(
    Array.from({ length: 1000 }, async () => await connection.newStream(TOPIC, { maxOutboundStreams: 2000 }))
  )
  await settle()
  const streams = opened.filter((one) => one.status === 'fulfilled').map(({ value }) => value)
  t.ok(victim.running.assembled.server.sessions - before <= 4)
  t.ok(streams.filter(({ status }) => status === 'open').length <= 4, 'the others are reset')
  await checkServed(t, made)
  for (const stream of streams) stream.abort(new Error('over'))
})

t.test('a reader at credit 0 for a long time costs no memory', async (t) => {
  const made = await scene(t)
  const { house, victim, connection } = made
  const reader = new HandAsker(await connection.newStream(TOPIC))
  reader.ask({ id: 1, op: 'observe', n: 'air', credit: 1 })
  await house.until(() => reader.answers.length >= 1)
  t.match(reader.answers[0], { old: true, pack: Uint8Array })
  const subscribers = heldOf(victim)
  const first = victim.gauge('air').next
  await house.clock.advance(300_000)
  await settle()
  t.ok(victim.gauge('air').next - first >= 299, 'five minutes of readings')
  const packs = reader.answers.filter(({ pack }) => pack !== undefined)
  t.equal(packs.length, 1, 'a pack costs a credit')
  t.ok(
    reader.answers.some(({ alive }) => alive === true),
    'it receives that the link is alive'
  )
  t.ok(heldOf(victim) <= subscribers, 'it is one subscriber as before')
  reader.ask({ id: 1, op: 'credit', credit: 1 })
  await house.until(() => reader.answers.filter(({ pack }) => pack !== undefined).length >= 2)
  const next = reader.answers.findLast(({ pack }) => pack !== undefined)
  t.ok((next?.skip ?? 0) >= 295, `then the newest, and ${next?.skip} that were skipped`)
  await checkServed(t, made)
})

/** Sessions and their open requests: what a reader holds of the victim. */
function heldOf(victim: HouseNode): number {
  return victim.running.assembled.server.sessions
}

t.test('an oversized frame resets that stream alone', async (t) => {
  const made = await scene(t)
  const { house, connection } = made
  const good = new HandAsker(await connection.newStream(TOPIC))
  const bad = new HandAsker(await connection.newStream(TOPIC))
  bad.stream.send(Uint8Array.from([0xff, 0xff, 0x7f]))
  await house.until(() => bad.isReset)
  good.ask({ id: 7, op: 'read' })
  await house.until(() => good.answers.length >= 1)
  t.match(good.answers[0], { id: 7, pack: Uint8Array })
  t.notOk(good.isReset)
  t.equal(connection.status, 'open')
  await checkServed(t, made)
})

t.test('a slow reader of history takes it in pieces, at its own pace', async (t) => {
  const made = await scene(t)
  const { house, victim, author } = made
  await house.clock.advance(300_000)
  const rows = await house.while(all(author.operations.history({ who: 'victim', what: 'air' }, signal())))
  t.equal(rows.length, victim.gauge('air').next, 'all of it, each once')
})

t.test('made-up nodes by the thousand take no place of neighbours, in memory or by name', async (t) => {
  const made = await scene(t)
  const { house, author, victim, stranger } = made
  const { catalogues } = victim.running.assembled.peers
  const { hub } = victim.running.assembled.storage
  const run = { epoch: 1_790_000_000, boot: '0011223344556677' }
  const time = Math.round(house.clock.now() / 1000)
  for (let batch = 0; batch < 15; batch++) {
    const signers = Array.from({ length: 100 }, () => createSigner(randomBytes(32)))
    const catalogue = (signer: Signer): Uint8Array =>
      seal('meta', encodeCatalogue({ ...metaOf(signer.peer), name: 'author' }), signer)
    const pack = (signer: Signer): Uint8Array =>
      seal('pack', encodePack([readingOf(signer.peer, { time, position: { ...run, seq: batch } })]), signer)
    stranger.publish(victim, META_TOPIC, signers.map(catalogue))
    stranger.publish(victim, TOPIC, signers.map(pack))
    await house.pass(1000)
  }
  t.ok(victim.count('gossip.ignore-new-author') > 1000)
  const { newAuthorBurst } = defaultsOf(gossipLimits)
  t.ok(catalogues.all().length < newAuthorBurst + 30, `${catalogues.all().length} catalogues`)
  t.equal(catalogues.get(author.peer)?.catalogue.name, 'author')
  t.ok(hub.hasAuthor(author.peer))
  const [view] = await house.while(author.operations.ask({ who: 'victim' }, signal()))
  t.equal(view?.state, 'value')
  const heard = heardOf(victim, author)
  await house.until(() => heardOf(victim, author) >= heard + 3)
})

t.test('control messages without end cost the connection, and a minute before the next', async (t) => {
  const made = await scene(t)
  const { house, victim, stranger, log } = made
  const prune = Array.from({ length: 32 }, () => ({ topicID: TOPIC, peers: [] }))
  const rpc = {
    subscriptions: [],
    messages: [],
    control: { graft: [], ihave: [], iwant: [], idontwant: [], prune }
  }
  for (let i = 0; i < 60; i++) stranger.send(victim, rpc)
  await house.until(() => stranger.network.getPeers().length === 0)
  t.ok(victim.count('gossip.ignore-control') >= 10)
  t.equal(victim.count('gossip.hang-up'), 1)
  await t.rejects(stranger.dial(victim))
  await checkServed(t, made)
  t.match(
    log.lines.filter(({ level }) => level === 'warn').map(({ message }) => message),
    [/sends more subscriptions and control messages of gossip than it may, it is refused for a minute/]
  )
  await house.pass(61_000)
  await stranger.dial(victim)
})
