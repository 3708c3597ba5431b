import type { Cancel } from '../../clock.ts'
import type { SessionComponents } from './components.ts'
import type { Carrier, EndReason, Flow, FlowCarrier } from './flow.ts'
import type { RoundTrip } from './path/round-trip.ts'

interface Held {
  readonly isOwn: boolean
  readonly reason: EndReason
  readonly cancel: Cancel
}

/** What flows say of their peer while no session carries them: the same as before. */
export type Before = Pick<FlowCarrier, 'peer' | 'host' | 'direct' | 'maxPayload' | 'roundTrip'>

/**
 * The flows of one peer whose session has ended, until another session carries them on. What is sent meanwhile is lost,
 * as datagrams may be; a flow ends only when no session has taken it within `limits.resume`.
 */
export class HeldFlows implements FlowCarrier {
  readonly peer: string
  readonly host: string | undefined
  readonly direct: boolean
  readonly maxPayload: number | undefined
  readonly roundTrip: RoundTrip
  readonly #components: SessionComponents
  readonly #onEmpty: () => void
  readonly #held = new Map<Flow, Held>()

  constructor(components: SessionComponents, before: Before, onEmpty: () => void) {
    this.peer = before.peer
    this.host = before.host
    this.direct = before.direct
    this.maxPayload = before.maxPayload
    this.roundTrip = before.roundTrip
    this.#components = components
    this.#onEmpty = onEmpty
  }

  /** Whether flows that this side opened wait. */
  get hasOwn(): boolean {
    return this.#held.values().some(({ isOwn }) => isOwn)
  }

  /** @param reason why the flow will have ended if nothing carries it on */
  hold(flow: Flow, isOwn: boolean, reason: EndReason): void {
    const { clock, limits } = this.#components
    const cancel = clock.after(limits.resume, () => this.#end(flow, reason))
    this.#held.set(flow, { isOwn, reason, cancel })
    flow.moveTo(this)
  }

  /** The flows that this side opened, to be opened anew. */
  takeOwn(): { readonly flow: Flow; readonly reason: EndReason }[] {
    return [...this.#held]
      .filter(([, { isOwn }]) => isOwn)
      .map(([flow, { reason }]) => {
        this.#remove(flow)
        return { flow, reason }
      })
  }

  /** The flow of this key that the peer opened. */
  claim(key: string): Flow | undefined {
    for (const [flow, { isOwn }] of this.#held) {
      if (isOwn || flow.key !== key) continue
      this.#remove(flow)
      return flow
    }
    return undefined
  }

  /** Ends the flows that this side opened. */
  giveUp(): void {
    for (const { flow, reason } of this.takeOwn()) flow.end(reason)
  }

  endAll(reason: EndReason): void {
    for (const flow of [...this.#held.keys()]) this.#end(flow, reason)
  }

  carrierOf(): Carrier {
    return 'stream'
  }

  send(): false {
    this.#components.counters.drop('not-open')
    return false
  }

  suspect(): void {}

  onError(error: unknown, protocol: string): void {
    this.#components.counters.drop('receiver')
    this.#components.onError(error, protocol)
  }

  closeFlow(flow: Flow): void {
    this.#end(flow, 'closed')
  }

  #end(flow: Flow, reason: EndReason): void {
    this.#remove(flow)
    flow.end(reason)
  }

  #remove(flow: Flow): void {
    this.#held.get(flow)?.cancel()
    this.#held.delete(flow)
    if (this.#held.size === 0) this.#onEmpty()
  }
}
