import type { GossipSub, Message } from '@libp2p/gossipsub'
import { TopicValidatorResult } from '@libp2p/gossipsub'
import type { PeerId } from '@libp2p/interface'
import type { Cancel } from '../../clock.ts'
import { describeError, NodeError } from '../../error.ts'
import type { Log } from '../../log.ts'
import { newestPosition, type Run } from '../../reading/run.ts'
import { SEAL_BYTES } from '../../reading/signed/seal.ts'
import type { SealedReadings } from '../../reading/signed/sealed.ts'
import type { Startable } from '../../startable.ts'
import { META_TOPIC } from '../protocol-registry.ts'
import { TokenBuckets } from '../token-bucket.ts'
import type { SealedCatalogue } from './catalogue-table.ts'
import { type Checked, type GossipChecks, type Reason, VERDICTS, type Verdict } from './checks.ts'
import { ClockWarnings } from './clock-warnings.ts'
import { COPIES, EXCESS_BURST, EXCESS_RATE } from './constants.ts'
import { FloodLog } from './flood-log.ts'
import { guardForwarding } from './forward-guard.ts'
import type { GossipLimits } from './limits.ts'
import { type MessageChecksComponents, messageChecks } from './message-checks.ts'
import { guardRate } from './rate-guard.ts'

export type GossipRates = Omit<GossipLimits, 'keys' | 'maxInboundDataLength'>

export interface GossipInit {
  readonly rates: GossipRates
  /** Topics subscribed to from start() to stop(); none unless given. */
  readonly topics?: readonly string[]
}

export interface GossipComponents extends MessageChecksComponents {
  readonly pubsub: GossipSub
  /** Our own PeerId. */
  readonly self: string
  readonly log: Log
  /** Whether a peer gets what one neighbour sent, or, where the source is undefined, what is our own. */
  readonly passes: (source: string | undefined, to: string) => boolean
  /** Whether the author's readings are stored: they are then taken whatever its clock says. */
  readonly isStored: (author: string) => boolean
  readonly receive: GossipReceiver
  /** Closes the connections to a peer that goes on sending beyond the rates. Must not throw. */
  readonly hangUp: (peer: string) => void
}

/** Takes verified messages. */
export interface GossipReceiver {
  /** A pack that passed every check. */
  pack(sealed: SealedReadings): void
  /** A pack behind what is held, which may fill a gap, or of a stored author whose clock is wrong. */
  late(sealed: SealedReadings): void
  /** @param source the peer that sent it */
  catalogue(sealed: SealedCatalogue, source: string): void
  /** A message sealed with our own key arrived: of this run, of an earlier one, or of a second node with the key. */
  ownRun(run: Run): void
}

const RESULTS: Readonly<Record<Verdict, TopicValidatorResult>> = {
  accept: TopicValidatorResult.Accept,
  ignore: TopicValidatorResult.Ignore,
  reject: TopicValidatorResult.Reject
}

/** Reasons that are logged as a flood; a signer that is not admitted is no attack. */
const FLOOD: ReadonlySet<Reason> = new Set([
  'size',
  'source-rate',
  'form',
  'new-author',
  'author-rate',
  'signature',
  'content'
])

type Counted =
  | 'accept'
  | `${Verdict}-${Reason}`
  | 'ignore-rate'
  | 'ignore-control'
  | 'ignore-malformed'
  | 'hang-up'
  | 'withhold'
  | 'publish'
  | 'publish-failed'

/** Checks packs and catalogues that arrive over gossipsub, delivers and relays them; publishes our own. */
export class Gossip implements Startable {
  readonly name = 'gossip'
  readonly #init: GossipComponents & GossipInit
  readonly #packs: GossipChecks<SealedReadings>
  readonly #catalogues: GossipChecks<SealedCatalogue>
  readonly #arrivals: TokenBuckets
  /** Subscriptions and control messages of a peer. */
  readonly #control: TokenBuckets
  /** RPCs of a peer beyond its rates. */
  readonly #excess: TokenBuckets
  /** A peer is disconnected once a second, however much of what it sent is still to be read. */
  readonly #hangUps: TokenBuckets
  readonly #flood: FloodLog
  readonly #clockWarnings: ClockWarnings
  readonly #counters = new Map<Counted, number>()
  /** Subscribers of each topic. */
  readonly #wanted = new Map<string, number>()
  #unguard: readonly Cancel[] = []

  constructor(components: GossipComponents, init: GossipInit) {
    const { clock } = components
    const { rates } = init
    this.#init = { ...components, ...init }
    this.#clockWarnings = new ClockWarnings(clock, components.log)
    this.#flood = new FloodLog(clock, components.log, {
      period: rates.floodPeriod,
      min: rates.floodMin,
      sources: rates.sources
    })
    this.#arrivals = new TokenBuckets(clock, {
      rate: COPIES * rates.sourceRate,
      burst: COPIES * rates.sourceBurst,
      names: rates.sources
    })
    this.#control = new TokenBuckets(clock, {
      rate: COPIES * rates.sourceRate,
      burst: COPIES * rates.sourceBurst,
      names: rates.sources
    })
    this.#hangUps = new TokenBuckets(clock, { rate: 1, burst: 1, names: rates.sources })
    this.#excess = new TokenBuckets(clock, { rate: EXCESS_RATE, burst: EXCESS_BURST, names: rates.sources })
    const { packs, catalogues } = messageChecks(components, rates, (reason) => this.#count(counterOf(reason)))
    this.#packs = packs
    this.#catalogues = catalogues
  }

  /** @throws NodeError 'gossip-version' */
  start(): void {
    const { pubsub, registry, topics = [] } = this.#init
    this.#unguard = [
      guardForwarding(pubsub, (source, to) => this.#passes(source, to)),
      guardRate(pubsub, {
        message: (source) => this.#isWithinRate(source),
        control: (source, cost) => this.#isControlWithinRate(source, cost),
        malformed: (source) => this.#onExcess(source, 'ignore-malformed')
      })
    ]
    for (const topic of registry.ids())
      pubsub.topicValidators.set(topic, (source, message) => this.#validate(topic, source, message))
    for (const topic of topics) this.subscribe(topic)
  }

  stop(): void {
    const { pubsub, registry } = this.#init
    for (const topic of registry.ids()) pubsub.topicValidators.delete(topic)
    for (const topic of this.#wanted.keys()) pubsub.unsubscribe(topic)
    this.#wanted.clear()
    this.#flood.stop()
    for (const remove of this.#unguard) remove()
    this.#unguard = []
  }

  /** Subscribes until every subscriber of the topic has cancelled. gossipsub must be started. */
  subscribe(topic: string): Cancel {
    this.#want(topic, 1)
    let ended = false
    return () => {
      if (!ended && this.#wanted.has(topic)) this.#want(topic, -1)
      ended = true
    }
  }

  /**
   * Publishes our own sealed bytes. A failure of the network is counted, not thrown.
   * @throws NodeError 'too-big' where receivers would refuse it
   */
  publish(topic: string, bytes: Uint8Array): void {
    const max = (this.#init.registry.get(topic)?.maxPayload ?? 0) + SEAL_BYTES
    if (bytes.length > max)
      throw new NodeError('too-big', `${bytes.length} bytes on ${topic}, which takes ${max}`)
    this.#init.pubsub.publish(topic, bytes).then(
      () => this.#count('publish'),
      (error: unknown) => {
        this.#count('publish-failed')
        this.#init.log.debug(`publishing on ${topic}: ${describeError(error)}`)
      }
    )
  }

  /** How often each decision was made: `accept`, `reject-signature`, `ignore-seen` … */
  counters(): Record<string, number> {
    return Object.fromEntries(this.#counters)
  }

  #passes(source: string | undefined, to: string): boolean {
    const passes = this.#init.passes(source, to)
    if (!passes) this.#count('withhold')
    return passes
  }

  #isWithinRate(source: string): boolean {
    const taken = this.#arrivals.take(source)
    if (!taken) {
      this.#count('ignore-rate')
      this.#flood.note(source, 'source-rate')
    }
    return taken
  }

  #isControlWithinRate(source: string, cost: number): boolean {
    const isWithin = cost === 0 || this.#control.take(source, cost)
    if (!isWithin) this.#onExcess(source, 'ignore-control')
    return isWithin
  }

  /** An RPC, or what it holds beside messages, was dropped; a peer that goes on is disconnected. */
  #onExcess(source: string, reason: 'ignore-control' | 'ignore-malformed'): void {
    this.#count(reason)
    this.#flood.note(source, reason === 'ignore-control' ? 'control-rate' : 'malformed')
    if (this.#excess.take(source) || !this.#hangUps.take(source)) return
    this.#count('hang-up')
    this.#init.hangUp(source)
  }

  /** Called within gossipsub, which handles no error of it (docs/network.md trap 9). */
  #validate(topic: string, from: PeerId, message: Message): TopicValidatorResult {
    const source = from.toString()
    try {
      const checked =
        topic === META_TOPIC
          ? this.#takeCatalogue(message.data, source)
          : this.#takePack(topic, message.data, source)
      if (FLOOD.has(checked.reason)) this.#flood.note(source, checked.reason)
      return RESULTS[checked.verdict]
    } catch (error) {
      this.#init.log.error(`gossip on ${topic}: ${describeError(error)}`)
      return TopicValidatorResult.Ignore
    }
  }

  /** Of an author whose clock is wrong: what is to be stored must not be lost for it. */
  #takeUntimely(message: SealedReadings): void {
    const { freshness, receive } = this.#init
    receive.late(message)
    const now = freshness.knownTime()
    if (now !== undefined) this.#clockWarnings.note(message, now)
  }

  #takePack(topic: string, bytes: Uint8Array, source: string): Checked<SealedReadings> {
    const { self, receive, isStored } = this.#init
    const checked = this.#packs.check(topic, bytes, source)
    const { message, reason, author } = checked
    if (message === undefined) return checked
    if (author === self) this.#noteOwnRun(message)
    if (reason === 'accept' || reason === 'flawed') receive.pack(message)
    if (reason === 'held') receive.late(message)
    if ((reason === 'old' || reason === 'ahead') && isStored(message.author)) this.#takeUntimely(message)
    return checked
  }

  #noteOwnRun({ readings }: SealedReadings): void {
    const newest = newestPosition(readings.map(({ position }) => position))
    if (newest !== undefined) this.#init.receive.ownRun(newest)
  }

  #takeCatalogue(bytes: Uint8Array, source: string): Checked<SealedCatalogue> {
    const { self, receive } = this.#init
    const checked = this.#catalogues.check(META_TOPIC, bytes, source)
    const { message, reason, author } = checked
    if (message === undefined) return checked
    if (author === self) receive.ownRun(message.catalogue)
    if (reason === 'accept') receive.catalogue(message, source)
    return checked
  }

  #want(topic: string, more: 1 | -1): void {
    const before = this.#wanted.get(topic) ?? 0
    if (before === 0) this.#init.pubsub.subscribe(topic)
    if (before + more > 0) {
      this.#wanted.set(topic, before + more)
      return
    }
    this.#wanted.delete(topic)
    this.#init.pubsub.unsubscribe(topic)
  }

  #count(name: Counted): void {
    this.#counters.set(name, (this.#counters.get(name) ?? 0) + 1)
  }
}

function counterOf(reason: Reason): Counted {
  return reason === 'accept' ? 'accept' : `${VERDICTS[reason]}-${reason}`
}
