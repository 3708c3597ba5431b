import type { Cancel, Clock } from '../../../clock.ts'
import { defined } from '../../../defined.ts'
import { NodeError } from '../../../error.ts'
import { Notifier } from '../../../notifier.ts'
import type { Position } from '../../../reading/run.ts'
import type { SealedReadings } from '../../../reading/signed/sealed.ts'
import { SilenceTimer } from '../../silence-timer.ts'
import type { QueryAnswer, QueryRequest } from '../codec/frame.ts'
import { LINK_DOWN_AFTER, MAX_CREDIT } from '../constants.ts'
import type { OpenCall, QueryLink } from './query-link.ts'

export type ObserveEvent =
  /** A verified pack; `old` for what was the latest when observing began. */
  | {
      readonly kind: 'sealed'
      readonly sealed: SealedReadings
      readonly old: boolean
      readonly pos?: Position
    }
  /** So many packs were left out before the next one: history has them. */
  | { readonly kind: 'skip'; readonly count: number }
  /** The link is up and the sensor silent. */
  | { readonly kind: 'alive' }
  /** Nothing arrived for 90 s. It is the last event. */
  | { readonly kind: 'link-down' }

export interface ObservingInit {
  readonly link: QueryLink
  readonly request: Omit<QueryRequest, 'id' | 'op'>
  readonly clock: Clock
  /** Packs in flight or not yet taken, 1 to 64. */
  readonly credit: number
  readonly verify: (answer: QueryAnswer) => SealedReadings[]
  readonly signal: AbortSignal
  /** Milliseconds after which `alive` comes whatever happens: the caller looks whether the link is spent. */
  readonly wakeAfter?: number
}

/** The client side of one observe request. */
export class Observing {
  readonly #init: ObservingInit
  readonly #inbox = new Inbox<ObserveEvent>()
  readonly #silence: SilenceTimer
  readonly #call: OpenCall
  readonly #cancelWake: Cancel
  /** Packs that may still come. */
  #expected: number
  /** Packs taken since credit was granted last. */
  #taken = 0

  constructor(init: ObservingInit) {
    const credit = Math.min(MAX_CREDIT, Math.max(1, init.credit))
    this.#init = { ...init, credit }
    this.#expected = credit
    this.#call = init.link.ask(
      { ...init.request, op: 'observe', credit },
      {
        onAnswer: (answer) => this.#onAnswer(answer),
        onEnd: () => this.#inbox.fail(new NodeError('link-broken', `${init.link.peer} ended observing`)),
        onFail: (error) => this.#inbox.fail(error)
      }
    )
    this.#silence = new SilenceTimer(init.clock, LINK_DOWN_AFTER, () => this.#onSilence())
    const wake = (): void => this.#inbox.put({ kind: 'alive' })
    this.#cancelWake = init.wakeAfter === undefined ? () => {} : init.clock.after(init.wakeAfter, wake)
    init.signal.addEventListener('abort', this.#onAbort)
  }

  /** Waits for the next event; new credit is granted as packs are taken. */
  async next(): Promise<ObserveEvent> {
    const event = await this.#inbox.take()
    if (event.kind === 'sealed') this.#renew()
    return event
  }

  end(): void {
    this.#init.signal.removeEventListener('abort', this.#onAbort)
    this.#silence.stop()
    this.#cancelWake()
    this.#call.cancel()
  }

  readonly #onAbort = (): void => this.#inbox.fail(this.#init.signal.reason)

  #onAnswer(answer: QueryAnswer): void {
    this.#silence.touch()
    if (answer.pack !== undefined || answer.block !== undefined) this.#onReadings(answer)
    // Any event that waits shows that the link is up.
    else if (answer.alive === true && this.#inbox.size === 0) this.#inbox.put({ kind: 'alive' })
  }

  #onReadings(answer: QueryAnswer): void {
    if (this.#expected === 0) throw new Error('it sends more than it has credit for')
    this.#expected -= 1
    const { skip = 0, old = false, pos } = answer
    const [sealed, another] = this.#init.verify(answer)
    if (sealed === undefined || another !== undefined)
      throw new Error('it sends several packs for one credit')
    if (skip > 0) this.#inbox.put({ kind: 'skip', count: skip })
    this.#inbox.put({ kind: 'sealed', sealed, old, ...defined({ pos }) })
  }

  /** Half of the credit at a time: a frame of credit for each pack would be as many frames again. */
  #renew(): void {
    this.#taken += 1
    if (this.#taken * 2 < this.#init.credit) return
    this.#call.grant(this.#taken)
    this.#expected += this.#taken
    this.#taken = 0
  }

  /** A link that is silent for this long is closed: the next request opens a new one. */
  #onSilence(): void {
    this.#inbox.put({ kind: 'link-down' })
    const { link } = this.#init
    link.close(new NodeError('link-broken', `nothing came from ${link.peer} for 90 s`, { remedy: 'retry' }))
  }
}

/** Holds what arrived until it is taken, in order. The caller of put() bounds it. */
class Inbox<T extends object> {
  readonly #items: T[] = []
  readonly #arrived = new Notifier()
  #failure: Error | undefined

  get size(): number {
    return this.#items.length
  }

  put(item: T): void {
    this.#items.push(item)
    this.#arrived.notify()
  }

  /** No more events arrive: those here can still be taken, then take() throws the error. */
  fail(error: Error): void {
    this.#failure ??= error
    this.#arrived.notify()
  }

  /** @throws the error it failed with */
  async take(): Promise<T> {
    for (;;) {
      const item = this.#items.shift()
      if (item !== undefined) return item
      if (this.#failure !== undefined) throw this.#failure
      await this.#arrived.wait()
    }
  }
}
