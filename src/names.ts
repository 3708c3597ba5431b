/**
 * The forms of names, once (docs/protocols.md sections 4 and 5). Names are compared byte by byte and typed by
 * people; all are ASCII in lower case.
 */
const name = '[a-z0-9][a-z0-9-]{0,31}'
const word = '[a-z][a-z0-9-]{0,31}'

/** A node, a device (the middle of a series name), a purpose, an entry of the book, a bus: `hall`, `2nd-floor`. */
export const NAME = new RegExp(`^${name}$`)

/** A quantity in a series name, or the code of a fault: `temperature`, `no-acknowledge`. */
export const WORD = new RegExp(`^${word}$`)

/** Which of several measures of one quantity a device means: `a0`. */
export const CHANNEL = /^[a-z0-9]{1,8}$/

/** The type of a device, as in `type: bme280`. */
export const DEVICE_TYPE = /^[a-z][a-z0-9-]{1,31}$/

/** A PeerId of an Ed25519 key in base58: the identity multihash of 38 bytes [libp2p specs, peer-ids]. */
export const PEER_ID = /^12D3KooW[1-9A-HJ-NP-Za-km-z]{44}$/

/** A ProtocolName, its path and its version: `/sensor/temp/v1`. */
export const PROTOCOL_NAME = new RegExp(`^((?:/${name}){1,4})/v([1-9][0-9]{0,3})$`)

/** The text of a fault on the wire: its code, a space, and what happened, without control characters. */
export const FAULT_TEXT = new RegExp(`^(${word}) (\\P{Cc}+)$`, 'u')

/** In a home: the number of the process that runs its node. */
export const PID_FILE = 'node.pid'
