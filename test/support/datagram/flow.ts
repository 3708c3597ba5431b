import type { DatagramFlow, EndReason } from '../../../src/protocol/datagram/flow.ts'
import { RoundTrip } from '../../../src/protocol/datagram/path/round-trip.ts'

/** One end of a flow that is not there: what is sent goes to `send`. */
export class LooseFlow implements DatagramFlow {
  readonly peer: string
  readonly protocol: string
  readonly host = undefined
  readonly direct = true
  readonly maxSize = 1168
  readonly carrier = 'udp'
  readonly heardBy = 'udp'
  readonly roundTrip = new RoundTrip()
  ended: EndReason | undefined
  doubts = 0
  readonly #send: (bytes: Uint8Array) => void
  readonly #onEnd: ((reason: EndReason) => void)[] = []

  constructor(peer: string, protocol: string, send: (bytes: Uint8Array) => void) {
    this.peer = peer
    this.protocol = protocol
    this.#send = send
  }

  send(bytes: Uint8Array): boolean {
    this.#send(bytes)
    return true
  }

  suspect(): void {
    this.doubts++
  }

  onEnd(ended: (reason: EndReason) => void): void {
    this.#onEnd.push(ended)
  }

  onCarrier(): void {}

  close(): void {
    this.ended = 'closed'
    for (const notify of this.#onEnd.splice(0)) notify('closed')
  }
}
