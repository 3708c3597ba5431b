import type { DatagramComponents } from './components.ts'
import type { Carrier, Flow } from './flow.ts'
import type { FlowTable } from './flow-table.ts'

export interface InboundDispatchOptions {
  readonly services: DatagramComponents
  readonly flows: Pick<FlowTable, 'get' | 'wasOpened'>
  /** A datagram was given to its receiver. */
  readonly used: (now: number) => void
  /** The peer sends by stream what it could send by UDP. */
  readonly onPeerPrefersStream: (now: number) => void
  /** Told what a receiver threw. */
  readonly faulty: (error: unknown, protocol: string) => void
}

/** Brings what arrives for the flows of a session to their receivers. */
export class InboundDispatch {
  readonly #options: InboundDispatchOptions

  constructor(options: InboundDispatchOptions) {
    this.#options = options
  }

  byPacket(id: number, payload: Buffer, now: number): void {
    const { flows, services } = this.#options
    const flow = flows.get(id)
    services.counters.traffic.receivedUdp++
    if (flow === undefined || !flow.sendable) {
      services.counters.drop('unknown-flow')
    } else {
      this.#deliver(flow, payload, 'udp', now)
    }
  }

  /** @returns false for a flow that never was: its frame is out of order */
  byStream(id: number, payload: Buffer): boolean {
    const { flows, services } = this.#options
    const flow = flows.get(id)
    if (flow === undefined && !flows.wasOpened(id)) return false
    services.counters.traffic.receivedStream++
    if (flow === undefined || !flow.sendable) services.counters.drop('stream-unknown-flow')
    else this.#deliver(flow, payload, 'stream', services.clock.monotonic())
    return true
  }

  #deliver(flow: Flow, payload: Buffer, carrier: Carrier, now: number): void {
    const { services, used, onPeerPrefersStream, faulty } = this.#options
    if (flow.heard(carrier, now)) onPeerPrefersStream(now)
    if (payload.length > services.limits.maxPayload) {
      services.counters.drop('too-big')
      return
    }
    used(now)
    try {
      flow.receive(payload, flow)
    } catch (error) {
      faulty(error, flow.protocol)
    }
  }
}
