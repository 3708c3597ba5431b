// What docs/protocols.md section 23 fixes.

/** The stream of commands, and the topic of states. */
export const SWITCH_PROTOCOL = '/actuator/switch/v1'
/** Bytes of the sender's number of a command. */
export const CMD_BYTES = 16
/** Bytes of the owner's boot. */
export const BOOT_BYTES = 8
/** Seconds that a command may take to arrive, at most. */
export const MAX_WITHIN = 60
/** Seconds of a lease, at most: 30 days. */
export const MAX_LEASE = 2_592_000
/** Outputs of one answer. */
export const MAX_STATES = 64
/** Characters of an error's text, or a fault's. */
export const MAX_TEXT = 200
/** Milliseconds until a place that is taken now may be free: `retry` of `busy`. */
export const BUSY_RETRY = 1000
