// What docs/protocols.md section 20 fixes; tuning stands in limits.ts.

export const ADDRESSES_PROTOCOL = '/kith/addresses/v1'

/** Addresses in one frame. */
export const MAX_ADDRESSES = 8
/** Bytes of one address: IPv6, its zone and TCP take less than 40, a name of DNS up to 255. */
export const MAX_ADDRESS_BYTES = 280
/** Bytes of a frame: eight addresses. */
export const MAX_FRAME_BYTES = 2304
/** A map that holds an array. */
export const MAX_FRAME_DEPTH = 2
