/** What docs/protocols.md section 13 fixes; tuning stands in limits.ts. */

/** ProtocolName of the control stream. */
export const DATAGRAM_PROTOCOL = '/kith/dgram/v1'

/** Bytes of a frame on the control stream, without its length. */
export const MAX_FRAME = 1400
/** Bytes of the secret in HELLO, ACCEPT, REKEY and REKEY_ACK. */
export const SECRET_BYTES = 32
/** The smallest maxPayload a peer may offer: what may be sent before its offer is known. */
export const MIN_MAX_PAYLOAD = 256
/** The lowest UDP port that HELLO and ACCEPT may name; 0 stands for none. */
export const MIN_UDP_PORT = 1024

/** Bytes of a packet: the UDP payload. */
export const MIN_PACKET = 32
export const MAX_PACKET = 1200
/** Bytes of a datagram; a packet adds 32. */
export const MAX_PAYLOAD = 1168
/** Bytes of the fields of a packet. */
export const CID_BYTES = 8
export const CTR_BYTES = 6
export const TAG_BYTES = 16
/** In the clear, and authenticated. */
export const HEADER_BYTES = CID_BYTES + CTR_BYTES
/** Packets that one key encrypts at most. */
export const MAX_PACKETS_PER_KEY = 2 ** 32
/** Packet numbers behind the newest that are still taken. */
export const REPLAY_WINDOW = 1024

/** Bytes of the token in PROBE and PROBE_ACK. */
export const TOKEN_BYTES = 8
