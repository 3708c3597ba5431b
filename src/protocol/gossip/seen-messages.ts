import type { GossipSub } from '@libp2p/gossipsub'
import type { Clock } from '../../clock.ts'

/** Milliseconds of a generation, and how many there are: an id is known for 120 to 160 s (GossipsubSeenTTL: 120 s). */
const GENERATION = 40_000
const GENERATIONS = 4

/** DeliveryRecordStatus of @libp2p/gossipsub. */
const UNKNOWN = 0
const STATUS_BITS = 3

/** In which of the two caches of gossipsub an id is; above them its status. */
const SEEN = 1
const FAST = 2
const CACHE_BITS = 2

/** What gossipsub uses of its caches. */
interface IdCache {
  readonly size: number
  has(id: string): boolean
  get(id: string): string | undefined
  /** @returns whether it was there */
  put(id: string): boolean
  prune(): void
  clear(): void
}

interface DeliveryRecord {
  status: number
  readonly firstSeenTsMs: number
  validated: number
  readonly peers: Set<string>
}

interface DeliveryRecords {
  getRecord(id: string): DeliveryRecord | undefined
  ensureRecord(id: string): DeliveryRecord
  gc(): void
  clear(): void
}

/** Private fields of @libp2p/gossipsub 17 in which it keeps something of each message for two minutes. */
interface Caches {
  seenCache?: unknown
  fastMsgIdCache?: unknown
  readonly score?: { deliveryRecords?: unknown }
}

/**
 * What gossipsub remembers of each message for two minutes, in one entry of 80 bytes. It has three tables and a list of
 * its own, with an object and a set for each message: 900 bytes, which is 100 MB at 1,000 messages a second.
 *
 * Who sent a message is kept until it is judged. After that gossipsub needs the judgement alone: another copy of an
 * invalid message counts against who sends it, one of a valid or an ignored message counts nothing, because its
 * deliveries have no weight (TOPIC_SCORE).
 */
export class SeenMessages {
  readonly #clock: Pick<Clock, 'monotonic' | 'now'>
  /** The newest first. */
  #generations: Map<string, number>[] = [new Map()]
  #since: number
  readonly #pending = new Map<string, PendingRecord>()

  readonly ids = this.#cache(SEEN)
  /** Its keys are the same ids: gossipOptions() makes both by one function. */
  readonly fastIds = this.#cache(FAST)
  readonly deliveries: DeliveryRecords = {
    getRecord: (id) => this.#pending.get(id) ?? this.#judged(id),
    ensureRecord: (id) => this.#pending.get(id) ?? this.#judged(id) ?? this.#begin(id),
    gc: () => this.#turn(),
    clear: () => this.#pending.clear()
  }

  constructor(clock: Pick<Clock, 'monotonic' | 'now'>) {
    this.#clock = clock
    this.#since = clock.monotonic()
  }

  /** Takes the place of the tables of a gossipsub that is not started. Another version of it may have others. */
  install(pubsub: GossipSub): void {
    const caches = pubsub as unknown as Caches
    const { score } = caches
    if (!caches.seenCache || !caches.fastMsgIdCache || !score?.deliveryRecords) return
    caches.seenCache = this.ids
    caches.fastMsgIdCache = this.fastIds
    score.deliveryRecords = this.deliveries
  }

  #cache(bit: number): IdCache {
    const seen = this
    return {
      get size() {
        return seen.#generations.reduce((sum, { size }) => sum + size, 0)
      },
      has: (id) => (this.#find(id) & bit) !== 0,
      get: (id) => ((this.#find(id) & bit) === 0 ? undefined : id),
      put: (id) => {
        const state = this.#find(id)
        if ((state & bit) !== 0) return true
        this.#set(id, state | bit)
        return false
      },
      prune: () => this.#turn(),
      clear: () => {
        this.#generations = [new Map()]
      }
    }
  }

  #find(id: string): number {
    for (const generation of this.#generations) {
      const state = generation.get(id)
      if (state !== undefined) return state
    }
    return 0
  }

  /** In the generation that has it: what is seen again is not kept longer. */
  #set(id: string, state: number): void {
    const generation = this.#generations.find((one) => one.has(id)) ?? this.#generations[0]
    generation?.set(id, state)
  }

  #judged(id: string): DeliveryRecord | undefined {
    const status = this.#find(id) >> CACHE_BITS
    if (status === UNKNOWN) return undefined
    // `validated` at the beginning of time: a copy of a valid message is late.
    return { status, firstSeenTsMs: 0, validated: 0, peers: new Set() }
  }

  #begin(id: string): DeliveryRecord {
    const record = new PendingRecord(this.#clock, (status) => {
      this.#pending.delete(id)
      this.#set(id, (this.#find(id) & (SEEN | FAST)) | ((status & STATUS_BITS) << CACHE_BITS))
    })
    this.#pending.set(id, record)
    return record
  }

  #turn(): void {
    const now = this.#clock.monotonic()
    for (let passed = now - this.#since; passed >= GENERATION; passed -= GENERATION) {
      this.#since += GENERATION
      this.#generations = [new Map(), ...this.#generations.slice(0, GENERATIONS - 1)]
    }
    for (const [id, { begunAt }] of this.#pending) {
      if (now - begunAt < GENERATION * (GENERATIONS - 1)) break
      this.#pending.delete(id)
    }
  }
}

/** Of a message that is being checked. */
class PendingRecord implements DeliveryRecord {
  /** Clock.monotonic() */
  readonly begunAt: number
  readonly firstSeenTsMs: number
  validated = 0
  readonly peers = new Set<string>()
  readonly #judge: (status: number) => void
  #status = UNKNOWN

  constructor(clock: Pick<Clock, 'monotonic' | 'now'>, judge: (status: number) => void) {
    this.begunAt = clock.monotonic()
    this.firstSeenTsMs = clock.now()
    this.#judge = judge
  }

  get status(): number {
    return this.#status
  }

  set status(status: number) {
    this.#status = status
    this.#judge(status)
  }
}
