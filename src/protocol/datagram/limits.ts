/** What a rate bucket gives: datagrams a second, and how many at once. */
export interface Rate {
  readonly perSecond: number
  readonly burst: number
}

/** Tuning and bounds of the datagrams of one node; the configuration fills them in. */
export interface DatagramLimits {
  /** Peers with a session at one time. */
  readonly sessions: number
  /** Flows of one session, and how many of them may wait for the peer's answer. */
  readonly flows: number
  readonly pendingFlows: number
  /** Largest payload we take, 256 to 1168 bytes. */
  readonly maxPayload: number
  /** Ceiling of the send rate to a distant peer; the rate itself follows the round trip. */
  readonly distantRate: Rate
  /** Send rate to a peer in one of our own subnets. */
  readonly onLinkRate: Rate
  /** Packets sealed under one key before it is replaced; at most 2^28. */
  readonly packetsPerKey: number
  /** Forged packets opened a second under one key; more are dropped unread and the key is replaced. */
  readonly failedOpens: number
  /** The same for the whole node: then keys that were forged at are dropped unread, the others are served. */
  readonly failedOpensOfNode: number
  /** The stream carrier holds so many datagrams back, each for so many milliseconds. */
  readonly ring: number
  readonly ringAge: number
  /** Milliseconds for HELLO and ACCEPT, and for the answer to an OPEN. */
  readonly handshakeTimeout: number
  readonly openTimeout: number
  /** Hosts whose unvalidated bytes are counted at one time. */
  readonly unvalidatedHosts: number
}

/** As designed for a PC. */
export const defaultDatagramLimits: DatagramLimits = {
  sessions: 256,
  flows: 32,
  pendingFlows: 8,
  maxPayload: 1168,
  distantRate: { perSecond: 1000, burst: 10 },
  onLinkRate: { perSecond: 1000, burst: 64 },
  packetsPerKey: 2 ** 28,
  failedOpens: 1000,
  failedOpensOfNode: 4000,
  ring: 16,
  ringAge: 1000,
  handshakeTimeout: 10_000,
  openTimeout: 10_000,
  unvalidatedHosts: 1024
}
