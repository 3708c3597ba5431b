import type { Cancel, Clock } from '../../clock.ts'
import { defined } from '../../defined.ts'
import { describeError } from '../../error.ts'
import type { ClockStatus } from '../../hal/time-source.ts'
import type { Log } from '../../log.ts'
import { correctedTime } from '../corrected-time.ts'
import type { OwnHistory, RunAnchor } from '../history/history.ts'
import type { Quantities } from '../quantity.ts'
import type { Reading, Sample } from '../reading.ts'
import type { Run } from '../run.ts'
import { formatSeries } from '../series.ts'
import { isPackError } from '../signed/pack-error.ts'
import type { SealedReadings } from '../signed/sealed.ts'
import type { Sealer } from '../signed/sealer.ts'
import { signable } from '../signed/signable.ts'
import type { AuthorLimits } from './limits.ts'

/** A topic that carries a quantity. */
export interface AuthorTopic {
  readonly topic: string
  /** Bytes of payload of a live pack. */
  readonly maxPayload: number
}

/** To whom a pack goes: to everyone by gossip, or only to peers of the book that ask over a stream. */
export type Audience = 'everyone' | 'book'

export interface AuthorOptions {
  readonly clock: Clock
  readonly log: Log
  readonly sealer: Sealer
  readonly quantities: Quantities
  readonly epochs: { begin(): Run; raise(seen: number): void }
  readonly time: () => ClockStatus
  /** Topics of a quantity, newest version first; empty where no protocol carries it. */
  readonly topicsOf: (quantity: string) => readonly AuthorTopic[]
  /** Whether a device's readings are kept from gossip. */
  readonly isPrivate: (device: string) => boolean
  readonly history: OwnHistory
  /** Called with each sealed pack, once for each topic of its quantity, with the same bytes. */
  readonly deliver: (pack: SealedReadings, audience: Audience) => void
  readonly limits: AuthorLimits
}

/** The present run, and the zero of its times. */
interface PresentRun {
  readonly run: Run
  /** Clock.monotonic() at its beginning. */
  readonly started: number
  /** Unix seconds at its beginning; undefined where the clock was unknown. */
  readonly unix: number | undefined
}

/** Milliseconds between two new runs above a seen epoch: two running nodes with one key raise each other. */
const RAISE_PAUSE = 600_000

/** Readings that wait for the next pack of some topics. */
interface Lane {
  readonly topics: readonly AuthorTopic[]
  readonly audience: Audience
  waiting: Reading[]
  lastSent: number
  cancel: Cancel | undefined
}

/**
 * Makes readings of samples: gives each its position and time, appends it to history, and delivers it in a sealed
 * pack, at most one per topic in `pace` milliseconds.
 */
export class Author {
  readonly #options: AuthorOptions
  readonly #lanes = new Map<string, Lane>()
  readonly #next = new Map<string, number>()
  /** Series of which the last sample was wrong. */
  readonly #wrong = new Set<string>()
  #present: PresentRun
  /** Clock.monotonic() from which on a new run may begin above a seen epoch. */
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

  /** Takes one sample. A run that began with an unknown clock ends at the first sample of a known time. */
  add(sample: Sample): void {
    this.timeKnown()
    const reading = this.#readingOf(sample)
    if (reading === undefined) return
    this.#options.history.appendOwn([reading])
    const lane = this.#laneOf(sample)
    if (lane === undefined) return
    lane.waiting.push(reading)
    if (lane.waiting.length > this.#options.limits.waiting) lane.waiting.shift()
    this.#schedule(lane)
  }

  /** Begins a new run if the present one began with an unknown clock and the time is known now. */
  timeKnown(): void {
    const { clock, time } = this.#options
    if (this.#present.unix === undefined && correctedTime(clock, time()) !== undefined) this.newRun()
  }

  /** Begins a new run. If the time is known now, the former run is anchored: its times become estimates. */
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
   * Takes the run of a pack under our own key that a peer sent. If its epoch is ours with another boot, or later,
   * a new run begins above it: at once, or when RAISE_PAUSE since the last one is over.
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

  /** Sends what waits, regardless of `pace`. */
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

  /** Now, in milliseconds of a run and in Unix time. */
  #anchor(started: number): RunAnchor {
    const { clock, time } = this.#options
    const { quality, errorBound } = time()
    const mono = Math.round(clock.monotonic() - started)
    return { mono, unix: correctedTime(clock, time()) ?? null, quality, ...defined({ errorBound }) }
  }

  /** @returns undefined, with a word in the log, for a sample that cannot be sent even as a fault */
  #readingOf(sample: Sample): Reading | undefined {
    const { device, quantity, channel, at, interval, value, fault } = sample
    const { sealer, quantities } = this.#options
    const parts = { peer: sealer.peer, device, quantity }
    const series = formatSeries({ ...parts, ...defined({ channel }) })
    const seq = this.#next.get(series) ?? 0
    const { run, started } = this.#present
    const reading: Reading = {
      series,
      position: { ...run, seq },
      ...this.#timeOf(at),
      // A sample that was under way when its run began (the time became known meanwhile) gets the run's beginning.
      mono: Math.max(0, Math.round(at - started)),
      unit: quantities.get(quantity)?.unit ?? null,
      interval,
      ...(fault === undefined ? { value } : { fault })
    }
    const checked = this.#signable(reading)
    if (checked !== undefined) this.#next.set(series, seq + 1)
    return checked
  }

  /** What is wrong with a sample of a series is logged when it begins, not with every sample. */
  #signable(reading: Reading): Reading | undefined {
    const { quantities, log } = this.#options
    const { series } = reading
    try {
      const checked = signable(reading, quantities)
      if (checked.fault === undefined || checked.fault.text === reading.fault?.text)
        this.#wrong.delete(series)
      else if (this.#isFirstWrong(series)) log.warn(checked.fault.text, { code: checked.fault.code })
      return checked
    } catch (error) {
      if (!isPackError(error)) throw error
      if (this.#isFirstWrong(series)) log.error(`a reading of ${series} is dropped: ${error.message}`)
      return undefined
    }
  }

  #isFirstWrong(series: string): boolean {
    const isFirst = !this.#wrong.has(series)
    this.#wrong.add(series)
    return isFirst
  }

  /** Unix time of a monotonic time: unknown in a run that began so, else by the clock, or by the run's beginning. */
  #timeOf(at: number): Pick<Reading, 'time' | 'quality' | 'errorBound'> {
    const { clock } = this.#options
    const { started, unix } = this.#present
    if (unix === undefined) return { time: null, quality: 2 }
    const status = this.#options.time()
    const now = correctedTime(clock, status)
    if (now === undefined) return { time: milliseconds(unix + (at - started) / 1000), quality: 1 }
    const time = milliseconds(now - (clock.monotonic() - at) / 1000)
    const bound = status.errorBound === undefined ? {} : { errorBound: status.errorBound }
    return { time, quality: status.quality, ...bound }
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

  /** Samples of one turn leave in one pack: even the first waits for a timer. */
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
    if (pack === undefined) {
      this.#sendGood(newest.topic, lane, waiting)
      return
    }
    const sent = new Set(pack.readings)
    lane.waiting = waiting.filter((reading) => !sent.has(reading))
    for (const { topic } of lane.topics) this.#options.deliver({ ...pack, topic }, lane.audience)
  }

  /** A reading that no pack of the topic can carry costs that reading, not those beside it. */
  #sendGood(topic: string, lane: Lane, readings: readonly Reading[]): void {
    const good = readings.filter((reading) => this.#seal(topic, lane, [reading]) !== undefined)
    if (good.length === 0 || good.length === readings.length) return
    lane.waiting = good
    this.#send(lane)
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

function milliseconds(seconds: number): number {
  return Math.round(seconds * 1000) / 1000
}
