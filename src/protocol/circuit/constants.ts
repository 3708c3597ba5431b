/** Times are milliseconds. */

/** The handshake of the two ends. */
export const HANDSHAKE_DEADLINE = 10_000
/** An end closes its circuit after so long without a stream other than ping and identify. */
export const IDLE_AFTER = 60_000
/** The same where the peer is connected directly as well. */
export const IDLE_BESIDE_DIRECT = 30_000
/** Circuits opened to each other within so long are opened at once: that of the smaller PeerId stays. */
export const SIMULTANEOUS = HANDSHAKE_DEADLINE
