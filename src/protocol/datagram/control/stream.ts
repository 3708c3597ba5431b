import type { IpFamily } from '../../../hal/datagram-socket.ts'

/** The connection under a control stream. */
export interface ConnectionFacts {
  /** The peer as text, and as the multihash that the keys are bound to. */
  readonly peer: string
  readonly peerMultihash: Uint8Array
  /** No relay between: only then may UDP be used. */
  readonly direct: boolean
  /** Where the connection goes, the only address UDP is ever sent to; canonical, link-local with its zone. */
  readonly remote: { readonly host: string; readonly family: IpFamily } | undefined
  /** Whether the remote host lies in one of our own subnets. */
  readonly onLink: boolean
  /** Bytes that a limited relay still carries; undefined without a limit. */
  remaining(): number | undefined
  /** Milliseconds of a round trip measured by the connection's pings; undefined before the first. */
  roundTrip(): number | undefined
}

export interface ControlListener {
  /** One frame, without its length; never empty unless the peer sent an empty one. None comes after reset(). */
  frame(bytes: Buffer): void
  /** The stream takes more again. */
  drain(): void
  /**
   * The stream ended, by whichever side. Called once, and never from within send(), reset() or listen().
   * @param error why; NodeError 'bad-frame' where the peer's framing was at fault
   */
  ended(error?: Error): void
}

/**
 * A stream of length-prefixed frames over an authenticated connection. It refuses frames over 1400
 * bytes and non-minimal lengths by resetting itself, and bounds what it buffers the same way.
 */
export interface ControlStream {
  readonly facts: ConnectionFacts
  /** Whether the stream takes more without buffering. */
  readonly writable: boolean
  /** Never throws: after the end it does nothing. */
  send(frame: Uint8Array): void
  /** Sets the listener in place of the one before. Nothing is read before the first call. */
  listen(listener: ControlListener): void
  /** Ends the stream at once, without a reason, in both directions. */
  reset(): void
}

/**
 * Why a stream goes to another connection: a better one is open (it is direct, or is not cut after so many bytes), or
 * its own is about to be cut, so that another one has to be found.
 */
export type MoveReason = 'better-open' | 'nearly-spent'

/** Where control streams come from and go to. */
export interface ControlDialer {
  /** Our own PeerId's multihash. */
  readonly self: Uint8Array
  /** Takes the peers' streams until stop(). */
  start(take: (stream: ControlStream) => void): Promise<void>
  stop(): Promise<void>
  /** @throws the transport's error, or NodeError 'datagram-unsupported' */
  dial(peer: string, signal: AbortSignal): Promise<ControlStream>
  /** Why redial() may find a better connection with the peer; undefined where it will not. */
  moveReason(stream: ControlStream): MoveReason | undefined
  /** As dial(); it may search for long. Undefined where no connection is better than that of the stream. */
  redial(stream: ControlStream, signal: AbortSignal): Promise<ControlStream | undefined>
  /** UDP ports to bind where none is configured: those of the TCP listeners. */
  ports(): { readonly [family in IpFamily]: number }
}
