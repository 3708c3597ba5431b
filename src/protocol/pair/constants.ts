// What docs/protocols.md section 24 fixes; tuning stands in limits.ts.

export const PAIR_PROTOCOL = '/kith/pair-by-code/v1'
export const UNPAIR_PROTOCOL = '/kith/unpair/v1'

/** Bytes of the random number of each side; both together are CPace's session identifier. */
export const NONCE_BYTES = 16
/** Bytes of a group element as ristretto255 encodes it (RFC 9496 section 4.3.2). */
export const SHARE_BYTES = 32
/** Bytes of a confirmation: HMAC with SHA-512 (RFC 2104). */
export const TAG_BYTES = 64
/** Grants that the answer lists. */
export const MAX_GRANTS = 16
/** Bytes of one grant: a word of docs/access.md, a colon, a name. */
export const MAX_GRANT_BYTES = 96
/** Bytes of a frame: a confirmation, a name, sixteen grants. */
export const MAX_FRAME_BYTES = 2048
/** A map that holds an array. */
export const MAX_FRAME_DEPTH = 2
/** Bytes of the text of a refusal. */
export const MAX_REFUSAL_BYTES = 256
