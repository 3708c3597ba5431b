// What docs/protocols.md section 18 fixes; tuning stands in limits.ts.

export const NEIGHBOURS_PROTOCOL = '/kith/neighbours/v1'

/** Bytes of a question: 24 peers to leave out take 986. */
export const MAX_ASK_BYTES = 2048
/** Bytes of an answer: 256 peers take 11,800. */
export const MAX_ANSWER_BYTES = 16_384
/** A map that holds an array of arrays. */
export const MAX_FRAME_DEPTH = 3
/** Peers in one answer to list. */
export const MAX_LISTED = 256
/** Peers between the asked peer and the one that is searched, plus one. */
export const MAX_HOPS = 3
/** Peers that a find leaves out. */
export const MAX_NOT = 24
/** Paths in one answer to find. */
export const MAX_PATHS = 3
/** Milliseconds that an answer to find is waited for, by hops - 1. An answerer waits less long for its own. */
export const FIND_DEADLINES: readonly number[] = [500, 900, 1500]
/** Seconds: the largest age on the wire. */
export const MAX_AGE = 2 ** 32 - 1
