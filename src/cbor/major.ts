/** Major types (RFC 8949 section 3.1). */
export const UNSIGNED = 0
export const NEGATIVE = 1
export const BYTES = 2
export const TEXT = 3
export const ARRAY = 4
export const MAP = 5
export const TAG = 6
export const SIMPLE = 7

/** Simple values (section 3.3). */
export const FALSE = 20
export const TRUE = 21

/** [exponent, mantissa] (section 3.4.4): the only tag of the wire. */
export const DECIMAL_FRACTION = 4
export const MAX_EXPONENT = 18 // wire.md, A pack
