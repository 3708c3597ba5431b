// What docs/protocols.md section 12 fixes; tuning stands in limits.ts.

/** Packs in flight of one observe request. */
export const MAX_CREDIT = 64
/** Credit of an observe request that names none. */
export const DEFAULT_CREDIT = 8
/** Selectors of one request, and packs of one datagram. */
export const MAX_SELECTORS = 16
/** Characters of a selector: the longest series has 52 + 1 + 32 + 1 + 32 + 1 + 8 (section 5). */
export const MAX_SELECTOR = 127
/** Seconds between the packs of an observe request. */
export const MAX_EVERY = 86_400
/** Seconds between the packs of an observe request over a relay, at least: a circuit has 128 KiB for two minutes. */
export const LIMITED_EVERY = 10
/** Items of one history request. */
export const MAX_LIMIT = 1_000_000
/** Pages of history in a row that name lost ranges only: an honest author has sent readings between two such ranges. */
export const MAX_LOST_PAGES = 16
/** Characters of an op, which may be of a later version. */
export const MAX_OP = 32
/** Characters of an error's text. */
export const MAX_ERROR_TEXT = 200
/** Milliseconds without an answer to an observe request after which the server sends `alive`. */
export const ALIVE_AFTER = 30_000
/** Milliseconds without an answer to an observe request after which the client gives the link up. */
export const LINK_DOWN_AFTER = 90_000
/** Milliseconds until a place that is taken now may be free: `retry` of `busy`. */
export const BUSY_RETRY = 1000
