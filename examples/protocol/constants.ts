/** One ProtocolName for the whole exchange; a change that old nodes cannot read gets /v2. */
export const UPTIME_PROTOCOL = '/uptime/seconds/v1'

/** Bytes of an answer: seconds since the start, unsigned, big-endian. */
export const ANSWER_BYTES = 4

/** Streams of one connection that are answered at a time. */
export const MAX_STREAMS = 2
