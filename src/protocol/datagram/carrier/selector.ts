import type { Carrier, Flow, Redundancy } from '../flow.ts'
import type { StreamCarrier } from './stream.ts'
import type { UdpCarrier } from './udp.ts'

/**
 * A path is probed for datagrams that follow each other within this many milliseconds: after a longer pause, a
 * validated one has lapsed.
 */
const PROBE_WITHIN = 25_000

export interface CarrierSelectorOptions {
  readonly udp: Pick<UdpCarrier, 'usable' | 'reachable' | 'probe' | 'send'>
  readonly stream: Pick<StreamCarrier, 'send'>
  /** Whether a flow was opened on this side. */
  readonly isOwn: (flow: Flow) => boolean
}

/** Selects the carrier of each datagram of a session: UDP where the path is usable, else the stream, or both. */
export class CarrierSelector {
  readonly #options: CarrierSelectorOptions
  #streamedAt = Number.NEGATIVE_INFINITY

  constructor(options: CarrierSelectorOptions) {
    this.#options = options
  }

  carrierOf(flow: Flow, now: number): Carrier {
    return this.#goesByUdp(flow, now) ? 'udp' : 'stream'
  }

  /** @returns whether it left by a carrier */
  send(flow: Flow, bytes: Uint8Array, redundancy: Redundancy, now: number): boolean {
    const { udp, stream } = this.#options
    const usable = this.#goesByUdp(flow, now)
    const tried = redundancy !== 'single' && flow.state === 'open' && udp.reachable(now)
    const sent = (usable || tried) && udp.send(flow.id, bytes, now)
    if (usable && redundancy !== 'duplicate') return sent
    if (!usable) this.#probe(now)
    return stream.send(flow.id, bytes, now) || sent
  }

  /** Probes cost more than a datagram by stream: the path is probed only where datagrams follow each other. */
  #probe(now: number): void {
    if (now - this.#streamedAt <= PROBE_WITHIN) this.#options.udp.probe(now)
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
