import type { SessionComponents } from '../components.ts'
import type { Carrier, Flow } from '../flow.ts'
import type { FlowTable } from './flow-table.ts'

export interface InboundDispatchOptions {
  readonly components: SessionComponents
  readonly flows: Pick<FlowTable, 'receiver' | 'wasOpened'>
  /** A datagram was given to its receiver. */
  readonly used: (now: number) => void
  /** The peer sends by stream what it could send by UDP. */
  readonly onPeerPrefersStream: (now: number) => void
  /** Called with what a receiver threw. */
  readonly onError: (error: unknown, protocol: string) => void
}

/** Hands what arrives for the flows of a session to their receivers. */
export class InboundDispatch {
  readonly #options: InboundDispatchOptions

  constructor(options: InboundDispatchOptions) {
    this.#options = options
  }

  byPacket(id: number, payload: Buffer, now: number): void {
    const { flows, components } = this.#options
    const flow = flows.receiver(id)
    components.counters.traffic.receivedUdp++
    if (flow === undefined) {
      components.counters.drop('unknown-flow')
    } else {
      this.#deliver(flow, payload, 'udp', now)
    }
  }

  /** @returns false for a flow that was never opened: its frame is out of order */
  byStream(id: number, payload: Buffer): boolean {
    const { flows, components } = this.#options
    const flow = flows.receiver(id)
    if (flow === undefined && !flows.wasOpened(id)) return false
    components.counters.traffic.receivedStream++
    if (flow === undefined) components.counters.drop('stream-unknown-flow')
    else this.#deliver(flow, payload, 'stream', components.clock.monotonic())
    return true
  }

  #deliver(flow: Flow, payload: Buffer, carrier: Carrier, now: number): void {
    const { components, used, onPeerPrefersStream, onError } = this.#options
    if (flow.heard(carrier, now)) onPeerPrefersStream(now)
    if (payload.length > components.limits.maxPayload) {
      components.counters.drop('too-big')
      return
    }
    used(now)
    try {
      flow.receive(payload, flow)
    } catch (error) {
      onError(error, flow.protocol)
    }
  }
}
