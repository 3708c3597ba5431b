/** Round trips by datagram: docs/protocols.md section 13. */
export const PING_PROTOCOL = '/kith/ping/v1'
/** Bytes of a ping that is answered. */
export const MAX_PING_BYTES = 64
/** Bytes of our own pings: a number, which identifies the ping. */
export const TOKEN_BYTES = 4

/** libp2p's ping: https://github.com/libp2p/specs/blob/master/ping/ping.md */
export const STREAM_PING_PROTOCOL = '/ipfs/ping/1.0.0'
export const STREAM_PING_BYTES = 32
