/**
 * What the two processes of a pair do, in whatever language: one listens, answers and publishes; the other connects,
 * asks and subscribes. They are told by lines of JSON (frame/worker.ts). Moments are milliseconds of CLOCK_MONOTONIC,
 * which all processes of a machine share.
 *
 * Calls of the side that listens: `listen` (options of the program) to Listening, `publish` (Publish) to Published. Of
 * the side that connects: `connect` (Listening and the options), `ask` (Ask) to the microseconds of each question,
 * `subscribe`, `expect` (how many messages follow, and how many are acknowledged together), `came` to the moments when
 * they came, once all have.
 */
export interface Listening {
  /** For the other process: a multiaddr, or a host and a port. */
  readonly address: string
  /** A port of TCP on loopback: one byte that arrives there is an acknowledgement of one message. */
  readonly acks: number
}

export interface Ask {
  /** Of those that the program has: `reused`, `new`, `datagram`. */
  readonly variant: string
  /** Questions before those that are counted. */
  readonly lead: number
  readonly count: number
  /** Bytes of a question and of its answer, where the program may choose. */
  readonly size: number
}

export interface Publish {
  readonly count: number
  /** Bytes of a message, where the program may choose. */
  readonly size: number
  /** Readings of a message, of a program that has readings. */
  readonly readings: number
  /** Milliseconds between two; 0 for as soon as fewer than `window` are unacknowledged. */
  readonly spacing: number
  readonly window: number
}

export interface Published {
  readonly sent: readonly number[]
  /** Bytes of one message, and readings in it. */
  readonly size: number
  readonly readings: number
}
