// What docs/protocols.md section 25 fixes; tuning stands in limits.ts.

export const MANAGE_PROTOCOL = '/kith/manage/v1'

/** Bytes of a configuration. */
export const MAX_TEXT_BYTES = 262_144
/** Bytes of a request: a configuration, and less than 512 bytes beside it. */
export const MAX_REQUEST_BYTES = MAX_TEXT_BYTES + 512
/** Bytes of JSON in one answer. */
export const MAX_PART_BYTES = 16_384
/** Bytes of an answer: a part, and less than 512 bytes beside it. */
export const MAX_ANSWER_BYTES = MAX_PART_BYTES + 512
/** Requests of one caller that are answered at a time: a log that is followed, and others. */
export const MAX_STREAMS = 4
/** A map that holds an array. */
export const MAX_FRAME_DEPTH = 2
/** Items in an array: an error has two. */
export const MAX_FRAME_ITEMS = 2
/** Lines of a log that are asked for. */
export const MAX_LINES = 10_000
/** Characters of the text of an error. */
export const MAX_ERROR_TEXT = 200
/** Bytes of one JSON document, of which an asker takes no more. */
export const MAX_DOCUMENT_BYTES = 4_194_304
