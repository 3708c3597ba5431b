/** Bounds of asking and answering; the values come from the configuration (limits.query). */
export interface QueryLimits {
  /** Streams that one peer may hold open on one protocol: 4 (wire.md, Asking). */
  readonly streamsPerPeer: number
  /** Open requests a stream: 32 (wire.md, Asking). */
  readonly requestsPerStream: number
  /** Bytes of a request and of an answer without their length: 512 and 17,408 (wire.md, Asking). */
  readonly requestBytes: number
  readonly answerBytes: number
  /** Streams of all peers that are answered at once, and warm streams of our own. */
  readonly sessions: number
  readonly links: number
  /** Milliseconds after which a stream without an open request is closed. */
  readonly idle: number
  /** Milliseconds granted to a slow reader until the stream takes the next frame. */
  readonly write: number
  /** Milliseconds from a question of ours to its answer, and from one item of the answer to the next. */
  readonly deadline: number
  /** Requests a second of one peer, how many at once, and how many peers are kept in mind. */
  readonly rate: number
  readonly burst: number
  readonly peers: number
  /** Series whose newest is kept for an observer that takes nothing. */
  readonly observedSeries: number
  /** Packs taken as the answer to one read. */
  readonly packs: number
  /** Bytes of packs kept as read. */
  readonly remembered: number
  /** Items and bytes of history in one answer to one request: less than 1 MiB in flight (libp2p.md, trap 8). */
  readonly historyItems: number
  readonly historyBytes: number
}
