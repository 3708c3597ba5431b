import type { Flow } from './flow.ts'
import type { FlowTable } from './flow-table.ts'
import type { DatagramServices } from './services.ts'

export interface DeliveryOptions {
  readonly services: DatagramServices
  readonly flows: Pick<FlowTable, 'get' | 'wasOpened'>
  /** A datagram was given to its receiver. */
  readonly used: () => void
  /** The peer sends by stream what it could send by UDP. */
  readonly avoided: () => void
  /** Told what a receiver threw. */
  readonly faulty: (error: unknown, protocol: string) => void
}

/** Brings what arrives for the flows of a session to their receivers. */
export class Delivery {
  readonly #options: DeliveryOptions

  constructor(options: DeliveryOptions) {
    this.#options = options
  }

  byPacket(id: number, payload: Buffer): void {
    const { flows, services } = this.#options
    const flow = flows.get(id)
    services.counters.traffic.receivedUdp++
    if (flow === undefined || !flow.sendable) {
      services.counters.drop('unknown-flow')
    } else {
      flow.byUdp = true
      flow.streamedAt = Number.NEGATIVE_INFINITY
      this.#deliver(flow, payload)
    }
  }

  /** @returns false for a flow that never was: its frame is out of order */
  byStream(id: number, payload: Buffer): boolean {
    const { flows, services } = this.#options
    const flow = flows.get(id)
    if (flow === undefined && !flows.wasOpened(id)) return false
    services.counters.traffic.receivedStream++
    if (flow === undefined || !flow.sendable) services.counters.drop('stream-unknown-flow')
    else this.#fromStream(flow, payload)
    return true
  }

  /** The first may be sent before the peer has our OPEN_OK; any other tells that it avoids UDP. */
  #fromStream(flow: Flow, payload: Buffer): void {
    if (++flow.byStream > 1 || flow.byUdp) this.#options.avoided()
    if (flow.byUdp) flow.streamedAt = this.#options.services.clock.monotonic()
    this.#deliver(flow, payload)
  }

  #deliver(flow: Flow, payload: Buffer): void {
    const { services, used, faulty } = this.#options
    if (payload.length > services.limits.maxPayload) {
      services.counters.drop('too-big')
      return
    }
    used()
    try {
      flow.receive(payload, flow)
    } catch (error) {
      faulty(error, flow.protocol)
    }
  }
}
