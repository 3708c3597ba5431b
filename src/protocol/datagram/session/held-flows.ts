import type { Cancel } from '../../../clock.ts'
import { DatagramRing } from '../carrier/ring.ts'
import type { SessionComponents } from '../components.ts'
import type { Carrier, EndReason, Flow, FlowCarrier, Redundancy } from '../flow.ts'
import type { RoundTrip } from '../path/round-trip.ts'

interface Held {
  readonly isOwn: boolean
  readonly reason: EndReason
  readonly cancel: Cancel
}

interface Waiting {
  readonly flow: Flow
  readonly bytes: Uint8Array
  readonly redundancy: Redundancy
  readonly at: number
}

/** What flows say of their peer while no session carries them: the same as before. */
export type Before = Pick<FlowCarrier, 'peer' | 'host' | 'direct' | 'maxPayload' | 'roundTrip'>

/**
 * The flows of one peer whose session has ended, until another session carries them on. What is sent meanwhile waits as
 * it does for a stream, the oldest dropped first; a flow ends when no session has taken it within `limits.resume`.
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
  readonly #ring: DatagramRing<Waiting>

  constructor(components: SessionComponents, before: Before, onEmpty: () => void) {
    this.peer = before.peer
    this.host = before.host
    this.direct = before.direct
    this.maxPayload = before.maxPayload
    this.roundTrip = before.roundTrip
    this.#components = components
    this.#ring = new DatagramRing(components.limits, components.counters)
    this.#onEmpty = onEmpty
  }

  /** Whether flows that this side opened wait. */
  get hasOwn(): boolean {
    return this.#held.values().some(({ isOwn }) => isOwn)
  }

  /**
   * Holds as many as a session carries; the one held for longest ends for one more: a peer that leaves flows behind
   * and opens others does not fill the memory.
   * @param reason why the flow will have ended if nothing carries it on
   */
  hold(flow: Flow, isOwn: boolean, reason: EndReason): void {
    const { clock, counters, limits } = this.#components
    const cancel = clock.after(limits.resume, () => this.#end(flow, reason))
    this.#held.set(flow, { isOwn, reason, cancel })
    flow.moveTo(this)
    const [longest] = this.#held
    if (longest === undefined || this.#held.size <= limits.flows) return
    counters.drop('flows')
    this.#end(longest[0], longest[1].reason)
  }

  /** The flows that this side opened, to be opened anew. */
  takeOwn(): { readonly flow: Flow; readonly reason: EndReason }[] {
    return [...this.#held]
      .filter(([, { isOwn }]) => isOwn)
      .map(([flow, { reason }]) => {
        this.#release(flow)
        return { flow, reason }
      })
      .filter(({ flow }) => flow.ended === undefined)
  }

  /** The flow of this key that the peer opened. */
  claim(key: string): Flow | undefined {
    for (const [flow, { isOwn }] of this.#held) {
      if (isOwn || flow.key !== key || flow.ended !== undefined) continue
      this.#release(flow)
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

  send(flow: Flow, bytes: Uint8Array, redundancy: Redundancy): boolean {
    this.keep({ flow, bytes: bytes.slice(), redundancy, at: this.#components.clock.monotonic() })
    return true
  }

  /** Sends it when another session carries the flow. */
  keep(waiting: Waiting): void {
    this.#ring.push(waiting)
  }

  suspect(): void {}

  onError(error: unknown, protocol: string): void {
    this.#components.counters.drop('receiver')
    this.#components.onError(error, protocol)
  }

  closeFlow(flow: Flow, reason: EndReason): void {
    this.#end(flow, reason)
  }

  #end(flow: Flow, reason: EndReason): void {
    this.#remove(flow)
    flow.end(reason)
  }

  /** For another session; what waits is sent as soon as the flow is open there. */
  #release(flow: Flow): void {
    const waiting = this.#remove(flow)
    queueMicrotask(() => {
      for (const one of waiting) this.#sendLate(one)
    })
  }

  #sendLate(waiting: Waiting): void {
    const { clock, counters } = this.#components
    const { flow, bytes, redundancy } = waiting
    if (!this.#ring.isFresh(waiting, clock.monotonic())) return
    // Another program of the peer may take less than the one before.
    if (bytes.length > flow.maxSize) counters.drop('too-big')
    else flow.send(bytes, redundancy)
  }

  /** @returns what waited for the flow, in its order */
  #remove(flow: Flow): Waiting[] {
    const waiting = this.#ring.drain((one) => one.flow === flow)
    this.#held.get(flow)?.cancel()
    this.#held.delete(flow)
    if (this.#held.size === 0) this.#onEmpty()
    return waiting
  }
}
