import type { Cancel } from '../../../clock.ts'
import { defined } from '../../../defined.ts'
import { type Position, sameRun } from '../../../reading/run.ts'
import { partsOfSeries } from '../../../reading/series.ts'
import type { SealedReadings } from '../../../reading/signed/sealed.ts'
import { ALIVE_AFTER, MAX_CREDIT, type QueryAnswer, type QueryRequest } from '../codec/frame.ts'
import type { SeriesMatch } from '../codec/selector.ts'
import { SilenceTimer } from '../silence-timer.ts'
import type { FreshReadings } from './queryables.ts'
import { type Requester, type Responder, type ResponderInit, seriesOf } from './responder.ts'
import type { SendAnswer } from './response-stream.ts'

const DEFAULT_CREDIT = 8

export interface ObservationInit {
  readonly request: QueryRequest
  readonly requester: Requester
  readonly responder: Responder
  readonly services: Pick<ResponderInit, 'clock' | 'limits' | 'latest'>
  readonly write: SendAnswer
  /** Told when it was cancelled and the end is out. */
  readonly done: () => void
  /** Told of an error that ends the request. */
  readonly failed: (error: unknown) => void
}

interface Waiting {
  readonly sealed: SealedReadings
  readonly old: boolean
}

/**
 * One observe request: the latest, then each new pack, a credit each. What finds no credit or a slow
 * stream waits; of more than the credit allows only the newest a series, and the rest is counted.
 */
export class Observation {
  readonly #init: ObservationInit
  readonly #match: SeriesMatch
  #alive: SilenceTimer | undefined
  #unsubscribe: Cancel | undefined
  /** The last position handed on or waiting, a series: later comes no earlier pack. */
  readonly #reached = new Map<string, Position>()
  #waiting: Waiting[] = []
  #credit: number
  #skipped = 0
  #sending = false
  #pause: Cancel | undefined
  #ended = false

  constructor(init: ObservationInit) {
    this.#init = init
    this.#credit = init.request.credit ?? DEFAULT_CREDIT
    this.#match = init.responder.matching(init.request, init.requester)
  }

  start(): void {
    const { requester, responder, services } = this.#init
    this.#alive = new SilenceTimer(services.clock, ALIVE_AFTER, () => this.#sayAlive())
    this.#unsubscribe = services.latest.subscribe({
      match: this.#match,
      onSealed: (event) => this.#onSealed(event)
    })
    for (const sealed of responder.latest(this.#match, requester)) this.#offer(sealed, true)
    if (this.#waiting.length === 0) this.#sayAlive()
    this.#pump()
  }

  /** Lets so many more packs come; never more than 64 in advance. */
  grant(credit: number): void {
    this.#credit = Math.min(MAX_CREDIT, this.#credit + credit)
    this.#pump()
  }

  cancel(): void {
    if (this.#ended) return
    this.drop()
    const blocked = this.#say({ end: true })
    if (blocked === undefined) this.#init.done()
    else blocked.then(this.#init.done, this.#init.done)
  }

  drop(): void {
    this.#ended = true
    this.#alive?.stop()
    this.#unsubscribe?.()
    this.#pause?.()
    this.#waiting = []
  }

  #onSealed({ sealed, fresh }: FreshReadings): void {
    // Blocks are history that was repaired; who wants it asks history.
    if (this.#ended || sealed.kind !== 'pack' || fresh.length === 0) return
    try {
      if (this.#init.responder.isFor(sealed, this.#init.requester)) this.#offer(sealed, false)
    } catch (error) {
      this.#init.failed(error)
    }
    this.#pump()
  }

  #offer(sealed: SealedReadings, old: boolean): void {
    if (!this.#advances(sealed)) return
    this.#waiting.push({ sealed, old })
    if (this.#waiting.length > this.#credit || this.#pause !== undefined) this.#thin()
  }

  /** Whether a pack goes beyond what was handed on of any of its series. */
  #advances(sealed: SealedReadings): boolean {
    let advances = false
    for (const { series, position } of sealed.readings) {
      const reached = this.#reached.get(series)
      if (reached !== undefined && !isAhead(position, reached)) continue
      advances = true
      this.#reached.delete(series)
      this.#reached.set(series, position)
    }
    for (const oldest of this.#reached.keys()) {
      if (this.#reached.size <= this.#init.services.limits.observedSeries) break
      this.#reached.delete(oldest)
    }
    return advances
  }

  /** Keeps of what waits the newest a series. */
  #thin(): void {
    const spoken = new Set<string>()
    const kept = this.#waiting.toReversed().filter(({ sealed }) => {
      const fresh = seriesOf(sealed).filter((series) => this.#isAsked(series) && !spoken.has(series))
      for (const series of fresh) spoken.add(series)
      return fresh.length > 0
    })
    const bounded = kept.slice(0, this.#init.services.limits.observedSeries)
    this.#skipped += this.#waiting.length - bounded.length
    this.#waiting = bounded.reverse()
  }

  #isAsked(name: string): boolean {
    return this.#match(partsOfSeries(name))
  }

  /** Sends what waits, as far as credit, interval and stream allow. */
  #pump(sent = false): void {
    if (this.#sending || this.#pause !== undefined || this.#ended) return
    try {
      for (let next = this.#next(); next !== undefined; next = this.#next()) {
        this.#init.responder.admit(this.#init.requester)
        const blocked = this.#sendOne(next)
        sent = true
        if (blocked === undefined) continue
        this.#resume(blocked)
        return
      }
      if (sent) this.#rest()
    } catch (error) {
      this.#init.failed(error)
    }
  }

  #resume(blocked: Promise<void>): void {
    this.#sending = true
    const resumed = (): void => {
      this.#sending = false
      this.#pump(true)
    }
    blocked.then(resumed, this.#init.failed)
  }

  #next(): Waiting | undefined {
    if (this.#credit === 0) return undefined
    const next = this.#waiting.shift()
    if (next !== undefined) this.#credit -= 1
    return next
  }

  #sendOne({ sealed, old }: Waiting): Promise<void> | undefined {
    const skip = this.#skipped
    this.#skipped = 0
    const last = sealed.readings.findLast((reading) => this.#isAsked(reading.series))
    return this.#say({
      [sealed.kind]: sealed.bytes,
      ...defined({
        old: old || undefined,
        pos: old ? last?.position : undefined,
        skip: skip === 0 ? undefined : skip
      })
    })
  }

  /** With `every`: nothing more until the seconds are over. */
  #rest(): void {
    const { request, services } = this.#init
    if (request.every === undefined) return
    this.#pause = services.clock.after(request.every * 1000, () => {
      this.#pause = undefined
      this.#pump()
    })
  }

  #sayAlive(): void {
    try {
      if (!this.#sending) this.#say({ alive: true })
    } catch (error) {
      this.#init.failed(error)
    }
  }

  #say(answer: Omit<QueryAnswer, 'id'>): Promise<void> | undefined {
    this.#alive?.touch()
    return this.#init.write({ id: this.#init.request.id, ...answer })
  }
}

/** Two runs of one epoch are two nodes with one key: kept apart, both are handed on. */
function isAhead(position: Position, reached: Position): boolean {
  if (position.epoch !== reached.epoch) return position.epoch > reached.epoch
  return !sameRun(position, reached) || position.seq > reached.seq
}
