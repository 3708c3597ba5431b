import type { Carrier, Flow, Redundancy } from '../flow.ts'
import type { StreamCarrier } from './stream.ts'
import type { UdpCarrier } from './udp.ts'

/** Milliseconds between two datagrams for which a path is worth its probes: a proven one is silent no longer. */
const SOON = 25_000

export interface CarrierSelectorOptions {
  readonly udp: Pick<UdpCarrier, 'usable' | 'reachable' | 'probe' | 'send'>
  readonly stream: Pick<StreamCarrier, 'send'>
  /** Whether a flow was opened on this side. */
  readonly isOwn: (flow: Flow) => boolean
}

/** Which carrier takes a datagram of a session: UDP where that is sure, else the stream, or both. */
export class CarrierSelector {
  readonly #options: CarrierSelectorOptions
  #streamedAt = Number.NEGATIVE_INFINITY

  constructor(options: CarrierSelectorOptions) {
    this.#options = options
  }

  carrierOf(flow: Flow, now: number): Carrier {
    return this.#goesByUdp(flow, now) ? 'udp' : 'stream'
  }

  /** @returns whether it left by one of them */
  send(flow: Flow, bytes: Uint8Array, redundancy: Redundancy, now: number): boolean {
    const { udp, stream } = this.#options
    const certain = this.#goesByUdp(flow, now)
    const tried = redundancy !== 'one' && flow.state === 'open' && udp.reachable(now)
    const sent = (certain || tried) && udp.send(flow.id, bytes, now)
    if (certain && redundancy !== 'both') return sent
    if (!certain) this.#seek(now)
    return stream.send(flow.id, bytes, now) || sent
  }

  /** Probes cost more than a datagram by stream: a path is sought for who sends one soon after another. */
  #seek(now: number): void {
    if (now - this.#streamedAt <= SOON) this.#options.udp.probe(now)
    this.#streamedAt = now
  }

  #goesByUdp(flow: Flow, now: number): boolean {
    const { udp, isOwn } = this.#options
    if (flow.state !== 'open') return false
    const lastPeerCarrier = isOwn(flow) ? undefined : flow.lastPeerCarrier(now)
    if (lastPeerCarrier === undefined) return udp.usable(now)
    return lastPeerCarrier === 'udp' && udp.reachable(now)
  }
}
