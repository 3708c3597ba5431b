import type { Cancel } from '../../../clock.ts'
import { defined } from '../../../defined.ts'
import { type Position, sameRun } from '../../../reading/run.ts'
import { partsOfSeries } from '../../../reading/series.ts'
import type { SealedReadings } from '../../../reading/signed/sealed.ts'
import { SilenceTimer } from '../../silence-timer.ts'
import type { QueryAnswer, QueryRequest } from '../codec/frame.ts'
import type { SeriesMatch } from '../codec/selector.ts'
import { ALIVE_AFTER, DEFAULT_CREDIT, MAX_CREDIT } from '../constants.ts'
import type { FreshReadings } from './queryables.ts'
import { type Requester, type Responder, type ResponderInit, seriesOf } from './responder.ts'
import type { SendAnswer } from './response-stream.ts'

export interface ObservationInit {
  readonly request: QueryRequest
  readonly requester: Requester
  readonly responder: Responder
  readonly services: Pick<ResponderInit, 'clock' | 'limits' | 'latest'>
  readonly write: SendAnswer
  /** Gives back the place of this request among those of its peer. */
  readonly release: () => void
  /** Called when it was cancelled and the end has been sent. */
  readonly onDone: () => void
  /** Called with the error that ends the request. */
  readonly onError: (error: unknown) => void
}

interface Waiting {
  readonly sealed: SealedReadings
  readonly old: boolean
}

/**
 * One observe request: the latest packs, then each new one, a credit each. Packs without credit or on a slow
 * stream wait; of more than the credit allows only the newest of each series waits, and the rest is counted.
 */
export class Observation {
  readonly #init: ObservationInit
  readonly #match: SeriesMatch
  /** The series of the catalogues that were asked for, and might be read. */
  readonly #listed: readonly string[]
  #alive: SilenceTimer | undefined
  #unsubscribe: Cancel | undefined
  /** The last position sent or waiting, by series: no earlier pack is sent after it. */
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
    this.#listed = init.responder.listed(init.request, this.#match)
  }

  start(): void {
    const { request, requester, responder, services } = this.#init
    this.#alive = new SilenceTimer(services.clock, ALIVE_AFTER, () => this.#sendAlive())
    this.#unsubscribe = services.latest.subscribe({
      match: this.#match,
      onSealed: (event) => this.#onSealed(event)
    })
    for (const sealed of responder.latest(this.#match, request, requester)) this.#offer(sealed, true)
    if (this.#waiting.length === 0) this.#sendAlive()
    this.#pump()
  }

  /** Whether every series that it was asked for at its start may still be read. */
  mayGoOn(): boolean {
    return this.#listed.every((name) => this.#isAsked(name))
  }

  /** Allows this many more packs, up to 64 in advance. */
  grant(credit: number): void {
    this.#credit = Math.min(MAX_CREDIT, this.#credit + credit)
    this.#pump()
  }

  cancel(): void {
    if (this.#ended) return
    this.drop()
    const blocked = this.#send({ end: true })
    if (blocked === undefined) this.#init.onDone()
    else blocked.then(this.#init.onDone, this.#init.onDone)
  }

  drop(): void {
    this.#ended = true
    this.#alive?.stop()
    this.#unsubscribe?.()
    this.#pause?.()
    this.#init.release()
    this.#waiting = []
  }

  #onSealed({ sealed, fresh }: FreshReadings): void {
    // Blocks are backfilled history, which the history request serves.
    if (this.#ended || sealed.kind !== 'pack' || fresh.length === 0) return
    try {
      const part = this.#init.responder.partFor(sealed, this.#init.requester)
      if (part !== undefined) this.#offer(part, false)
    } catch (error) {
      this.#init.onError(error)
    }
    this.#pump()
  }

  #offer(sealed: SealedReadings, old: boolean): void {
    if (!this.#advances(sealed)) return
    this.#waiting.push({ sealed, old })
    if (this.#waiting.length > this.#credit || this.#pause !== undefined) this.#thin()
  }

  /** Whether a pack goes beyond what was sent of any of its series. */
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

  /** Keeps only the newest waiting pack of each series. */
  #thin(): void {
    const seen = new Set<string>()
    const kept = this.#waiting.toReversed().filter(({ sealed }) => {
      const fresh = seriesOf(sealed).filter((series) => this.#isAsked(series) && !seen.has(series))
      for (const series of fresh) seen.add(series)
      return fresh.length > 0
    })
    const bounded = kept.slice(0, this.#init.services.limits.observedSeries)
    this.#skipped += this.#waiting.length - bounded.length
    this.#waiting = bounded.reverse()
  }

  #isAsked(name: string): boolean {
    return this.#match(partsOfSeries(name))
  }

  /** Sends waiting packs, as far as credit, interval and stream allow. */
  #pump(sent = false): void {
    if (this.#sending || this.#pause !== undefined || this.#ended) return
    try {
      for (let next = this.#next(); next !== undefined; next = this.#next()) {
        this.#init.responder.admit(this.#init.requester, false)
        const blocked = this.#sendOne(next)
        sent = true
        if (blocked === undefined) continue
        this.#resume(blocked)
        return
      }
      if (sent) this.#rest()
    } catch (error) {
      this.#init.onError(error)
    }
  }

  #resume(blocked: Promise<void>): void {
    this.#sending = true
    const resumed = (): void => {
      this.#sending = false
      this.#pump(true)
    }
    blocked.then(resumed, this.#init.onError)
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
    return this.#send({
      [sealed.kind]: sealed.bytes,
      ...defined({
        old: old || undefined,
        pos: old ? last?.position : undefined,
        skip: skip === 0 ? undefined : skip
      })
    })
  }

  /** With `every`: sends nothing more until the seconds have passed. */
  #rest(): void {
    const { request, services } = this.#init
    if (request.every === undefined) return
    this.#pause = services.clock.after(request.every * 1000, () => {
      this.#pause = undefined
      this.#pump()
    })
  }

  #sendAlive(): void {
    try {
      if (!this.#sending) this.#send({ alive: true })
    } catch (error) {
      this.#init.onError(error)
    }
  }

  #send(answer: Omit<QueryAnswer, 'id'>): Promise<void> | undefined {
    this.#alive?.touch()
    return this.#init.write({ id: this.#init.request.id, ...answer })
  }
}

/** Two runs of one epoch are two nodes with one key: both are sent. */
function isAhead(position: Position, reached: Position): boolean {
  if (position.epoch !== reached.epoch) return position.epoch > reached.epoch
  return !sameRun(position, reached) || position.seq > reached.seq
}
