/** What docs/protocols.md section 19 fixes. Times are milliseconds. */

export const VIA_PROTOCOL = '/kith/via/v1'

/** Peers that stand between the two ends. */
export const MAX_HOPS = 3
/** Bytes of an open or a status frame, its length not counted. */
export const MAX_FRAME_BYTES = 512
/** Characters of the text of a refusal. */
export const MAX_TEXT = 128

/** Who opens a stream sends its open frame within this time. */
export const OPEN_DEADLINE = 2_000
/** A status is waited for so long for each peer that an open frame has still to reach. */
export const STATUS_DEADLINE = 3_000
/** A hop that is full ends a circuit that carried nothing for so long. */
export const QUIET_AFTER = 300_000
