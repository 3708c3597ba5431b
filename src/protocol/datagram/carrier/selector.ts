import type { Carrier, Flow, Ways } from '../flow.ts'
import type { StreamCarrier } from './stream.ts'
import type { UdpCarrier } from './udp.ts'

/** Milliseconds between two datagrams for which a path is worth its probes: a proven one is silent no longer. */
const SOON = 25_000

export interface SendingOptions {
  readonly udp: Pick<UdpCarrier, 'usable' | 'reachable' | 'seek' | 'send'>
  readonly stream: Pick<StreamCarrier, 'send'>
  /** Whether a flow was opened on this side. */
  readonly isOwn: (flow: Flow) => boolean
}

/** Which carrier takes a datagram of a session: UDP where that is sure, else the stream, or both. */
export class Sending {
  readonly #options: SendingOptions
  #streamedAt = Number.NEGATIVE_INFINITY

  constructor(options: SendingOptions) {
    this.#options = options
  }

  carrierOf(flow: Flow, now: number): Carrier {
    return this.#goesByUdp(flow, now) ? 'udp' : 'stream'
  }

  /** @returns whether it left by one of them */
  send(flow: Flow, bytes: Uint8Array, ways: Ways, now: number): boolean {
    const { udp, stream } = this.#options
    const certain = this.#goesByUdp(flow, now)
    const tried = ways !== 'one' && flow.state === 'open' && udp.reachable(now)
    const sent = (certain || tried) && udp.send(flow.id, bytes, now)
    if (certain && ways !== 'both') return sent
    if (!certain) this.#seek(now)
    return stream.send(flow.id, bytes, now) || sent
  }

  /** Probes cost more than a datagram by stream: a path is sought for who sends one soon after another. */
  #seek(now: number): void {
    if (now - this.#streamedAt <= SOON) this.#options.udp.seek(now)
    this.#streamedAt = now
  }

  #goesByUdp(flow: Flow, now: number): boolean {
    const { udp, isOwn } = this.#options
    if (flow.state !== 'open') return false
    const likewise = isOwn(flow) ? undefined : flow.likewise(now)
    if (likewise === undefined) return udp.usable(now)
    return likewise === 'udp' && udp.reachable(now)
  }
}
