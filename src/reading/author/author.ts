import type { Cancel, Clock } from '../../clock.ts'
import { describeError } from '../../error.ts'
import type { ClockStatus } from '../../hal/time-source.ts'
import type { Log } from '../../log.ts'
import { correctedTime } from '../corrected-time.ts'
import type { OwnHistory, RunAnchor } from '../history/history.ts'
import type { Quantities } from '../quantity.ts'
import type { Outcome, Reading, Sample } from '../reading.ts'
import type { Run } from '../run.ts'
import { formatSeries } from '../series.ts'
import type { SealedReadings } from '../signed/sealed.ts'
import type { Sealer } from '../signed/sealer.ts'
import type { AuthorLimits } from './limits.ts'

/** A topic that carries a quantity, and how big its live packs may be. */
export interface AuthorTopic {
  readonly topic: string
  /** Bytes of payload. */
  readonly maxPayload: number
}

/** Who may have a pack unasked: everybody by gossip, or only peers of the book that ask over a stream. */
export type Audience = 'everyone' | 'book'

export interface AuthorOptions {
  readonly clock: Clock
  readonly log: Log
  readonly sealer: Sealer
  readonly quantities: Quantities
  readonly epochs: { begin(): Run; raise(seen: number): void }
  readonly time: () => ClockStatus
  /** Topics of a quantity, the newest version first; none where no protocol carries it. */
  readonly topicsOf: (quantity: string) => readonly AuthorTopic[]
  /** Whether a device's readings are kept from gossip. */
  readonly isPrivate: (device: string) => boolean
  readonly history: OwnHistory
  /** Takes each sealed pack, once for each topic of its quantity; the bytes are the same. */
  readonly deliver: (pack: SealedReadings, audience: Audience) => void
  readonly limits: AuthorLimits
}

/** A run of ours, and what its times are counted from. */
interface PresentRun {
  readonly run: Run
  /** Clock.monotonic() at its beginning. */
  readonly started: number
  /** Unix seconds at its beginning; undefined where the clock was unknown. */
  readonly unix: number | undefined
}

/** Milliseconds: two living nodes with one key would raise each other without end. */
const RAISE_PAUSE = 600_000

/** Readings on their way into the next pack of some topics. */
interface Lane {
  readonly topics: readonly AuthorTopic[]
  readonly audience: Audience
  waiting: Reading[]
  lastSent: number
  cancel: Cancel | undefined
}

/**
 * Makes readings of samples: gives each its position and time, keeps it in history, and sends it on in a
 * sealed pack, at once and at most one a pace and topic.
 */
export class Author {
  readonly #options: AuthorOptions
  readonly #lanes = new Map<string, Lane>()
  readonly #next = new Map<string, number>()
  #present: PresentRun
  /** Clock.monotonic() from when on we may go above another life of ours. */
  #raiseFrom = -Infinity
  #raising: Cancel | undefined

  constructor(options: AuthorOptions) {
    this.#options = options
    this.#present = this.#begin()
  }

  get run(): Run {
    return this.#present.run
  }

  /** Clock.monotonic() when the present run began. */
  get runStarted(): number {
    return this.#present.started
  }

  /** Takes one outcome of a sensor. A run whose clock was unknown ends with the first sample of a known time. */
  add(sample: Sample): void {
    this.timeKnown()
    const reading = this.#readingOf(sample)
    this.#options.history.appendOwn([reading])
    const lane = this.#laneOf(sample)
    if (lane === undefined) return
    lane.waiting.push(reading)
    if (lane.waiting.length > this.#options.limits.waiting) lane.waiting.shift()
    this.#schedule(lane)
  }

  /** Ends a run whose clock was unknown, if the time is known by now; a run that began with it goes on. */
  timeKnown(): void {
    if (this.#present.unix === undefined && this.#options.time().quality !== 2) this.newRun()
  }

  /** Ends the run and begins another; if the time is known by now, the former run's times become estimates. */
  newRun(): void {
    this.flush()
    this.#raising?.()
    this.#raising = undefined
    const { run, started } = this.#present
    const anchor = this.#anchor(started)
    if (anchor.unix !== null) this.#options.history.anchor(run, anchor)
    this.#present = this.#begin()
    this.#next.clear()
  }

  /**
   * A peer showed us a pack of our own key: if it is of a later epoch, another life of ours, we go above it; at
   * once, or when the pause since the last time is over.
   */
  raise(seen: Run): void {
    const { run } = this.#present
    if (seen.epoch < run.epoch || (seen.epoch === run.epoch && seen.boot === run.boot)) return
    const { clock, epochs } = this.#options
    epochs.raise(seen.epoch)
    const wait = this.#raiseFrom - clock.monotonic()
    if (wait <= 0) this.#goAbove(seen)
    else this.#raising ??= clock.after(wait, () => this.#goAbove(seen))
  }

  /** Sends what waits, without heeding the pace. */
  flush(): void {
    for (const lane of this.#lanes.values()) {
      while (lane.waiting.length > 0) this.#send(lane)
    }
  }

  stop(): void {
    this.flush()
    this.#raising?.()
    for (const lane of this.#lanes.values()) lane.cancel?.()
  }

  #goAbove({ epoch }: Run): void {
    const { clock, log } = this.#options
    this.#raiseFrom = clock.monotonic() + RAISE_PAUSE
    log.warn('a pack of our own key has a later epoch: a new run begins', { seen: epoch })
    this.newRun()
  }

  #begin(): PresentRun {
    const { clock, epochs, history } = this.#options
    const run = epochs.begin()
    const started = clock.monotonic()
    const anchor = this.#anchor(started)
    history.beginRun(run, anchor)
    return { run, started, unix: anchor.unix ?? undefined }
  }

  /** The present moment, in milliseconds of a run and in Unix time. */
  #anchor(started: number): RunAnchor {
    const { clock, time } = this.#options
    const { quality, errorBound } = time()
    const bound = errorBound === undefined ? {} : { errorBound }
    const mono = Math.round(clock.monotonic() - started)
    return { mono, unix: correctedTime(clock, time()) ?? null, quality, ...bound }
  }

  #readingOf(sample: Sample): Reading {
    const { device, quantity, channel, at, interval } = sample
    const { sealer, quantities } = this.#options
    const parts = { peer: sealer.peer, device, quantity }
    const series = formatSeries(channel === undefined ? parts : { ...parts, channel })
    const seq = this.#next.get(series) ?? 0
    this.#next.set(series, seq + 1)
    const { run, started } = this.#present
    return {
      series,
      position: { ...run, seq },
      ...this.#timeOf(at),
      // A sample that was under way when its run began (the time became known meanwhile) is of its first moment.
      mono: Math.max(0, Math.round(at - started)),
      unit: quantities.get(quantity)?.unit ?? null,
      interval,
      ...outcomeOf(sample)
    }
  }

  /** When it was, as this run tells time: unknown throughout, or by the clock, or by the clock as it once was. */
  #timeOf(at: number): Pick<Reading, 'time' | 'quality' | 'errorBound'> {
    const { clock } = this.#options
    const { started, unix } = this.#present
    if (unix === undefined) return { time: null, quality: 2 }
    const belief = this.#options.time()
    const now = correctedTime(clock, belief)
    if (now === undefined) return { time: milliseconds(unix + (at - started) / 1000), quality: 1 }
    const time = milliseconds(now - (clock.monotonic() - at) / 1000)
    const bound = belief.errorBound === undefined ? {} : { errorBound: belief.errorBound }
    return { time, quality: belief.quality, ...bound }
  }

  #laneOf({ device, quantity }: Sample): Lane | undefined {
    const topics = this.#options.topicsOf(quantity)
    const [newest] = topics
    if (newest === undefined) return undefined
    const audience = this.#options.isPrivate(device) ? 'book' : 'everyone'
    const key = `${newest.topic} ${audience}`
    const known = this.#lanes.get(key)
    if (known !== undefined) return known
    const lane: Lane = { topics, audience, waiting: [], lastSent: -Infinity, cancel: undefined }
    this.#lanes.set(key, lane)
    return lane
  }

  /** What comes in one go leaves in one pack: even the first of them waits for the next turn of the clock. */
  #schedule(lane: Lane): void {
    if (lane.cancel !== undefined) return
    const { clock, limits } = this.#options
    const wait = Math.max(0, lane.lastSent + limits.pace - clock.monotonic())
    lane.cancel = clock.after(wait, () => {
      lane.cancel = undefined
      if (lane.waiting.length > 0) this.#send(lane)
      if (lane.waiting.length > 0) this.#schedule(lane)
    })
  }

  #send(lane: Lane): void {
    const [newest] = lane.topics
    const waiting = lane.waiting
    lane.waiting = []
    lane.lastSent = this.#options.clock.monotonic()
    if (newest === undefined) return
    const pack = this.#seal(newest.topic, lane, waiting)
    if (pack === undefined) return
    const sent = new Set(pack.readings)
    lane.waiting = waiting.filter((reading) => !sent.has(reading))
    for (const { topic } of lane.topics) this.#options.deliver({ ...pack, topic }, lane.audience)
  }

  #seal(topic: string, lane: Lane, readings: readonly Reading[]): SealedReadings | undefined {
    const { sealer, clock, log } = this.#options
    try {
      return sealer.pack(topic, readings, {
        maxPayload: Math.min(...lane.topics.map(({ maxPayload }) => maxPayload)),
        sealedMono: Math.round(clock.monotonic() - this.#present.started)
      })
    } catch (error) {
      log.error(`readings for ${topic} cannot be sealed: ${describeError(error)}`)
      return undefined
    }
  }
}

/** A number that no pack can carry is a fault, wherever in the filters it came from. */
function outcomeOf({ value, fault, device, quantity }: Sample): Outcome {
  if (fault !== undefined) return { fault }
  if (typeof value === 'boolean' || Number.isFinite(value)) return { value }
  return { fault: { code: 'out-of-range', text: `${device}/${quantity} is ${value}` } }
}

function milliseconds(seconds: number): number {
  return Math.round(seconds * 1000) / 1000
}
