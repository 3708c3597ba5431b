/** Circuit relay v2 (https://github.com/libp2p/specs/blob/master/relay/circuit-v2.md). Times are milliseconds. */

/** Bytes of a message, its length not counted; as in go-libp2p. */
export const MAX_MESSAGE_BYTES = 4096

/** Who opens a stream sends its message within this time. */
export const MESSAGE_DEADLINE = 10_000
/** The target answers the relay within this time. */
export const STOP_DEADLINE = 5_000
/** The relay answers within this time; to a connect it has asked the target before. */
export const HOP_DEADLINE = 8_000

/** Statuses that are sent or understood; others mean that something failed. */
export const Status = {
  ok: 100,
  reservationRefused: 200,
  resourceLimit: 201,
  permissionDenied: 202,
  connectionFailed: 203,
  noReservation: 204,
  malformedMessage: 400,
  unexpectedMessage: 401
} as const
