import { hash } from 'node:crypto'
import { latin1OfBytes } from '../../cbor/bytes.ts'
import { NodeError } from '../../error.ts'
import { MESSAGE_ID_BYTES } from './constants.ts'

/**
 * The id of a message for gossipsub: the first 20 bytes of SHA-256(u16be(length of topic) || topic ||
 * data). gossipsub's own id for unsigned messages leaves the topic out, so that equal payloads of two
 * topics collide (msgIdFnStrictNoSign).
 */
export function messageId(topic: string, data: Uint8Array): Uint8Array {
  if (last?.topic === topic && last.data === data) return last.id
  const name = Buffer.from(topic)
  const bytes = Buffer.allocUnsafe(2 + name.length + data.length)
  bytes.writeUInt16BE(name.length)
  bytes.set(name, 2)
  bytes.set(data, 2 + name.length)
  const id = hash('sha256', bytes, 'buffer').subarray(0, MESSAGE_ID_BYTES)
  last = { topic, data, id }
  return id
}

/** gossipsub asks twice for the id of each message, once before it looked at it. Nothing writes into a message. */
let last: { readonly topic: string; readonly data: Uint8Array; readonly id: Uint8Array } | undefined

const NO_DATA = new Uint8Array(0)

/** A message as gossipsub decoded it, before it looked at anything. */
export interface RawMessage {
  readonly topic: string
  readonly from?: Uint8Array | undefined
  readonly data?: Uint8Array | undefined
}

/**
 * The same id as text, made of the raw message, where `from` can still be seen. gossipsub 17 rejects
 * seqno, key and signature under StrictNoSign but not `from` (validateToRawMessage), and would relay it
 * with the message to peers who blame us for it.
 * @throws NodeError 'gossip-from', on which gossipsub drops the message and remembers nothing of it
 */
export function rawMessageId(message: RawMessage): string {
  if (message.from !== undefined)
    throw new NodeError('gossip-from', `a message on ${message.topic} names a sender beside its seal`)
  return latin1OfBytes(messageId(message.topic, message.data ?? NO_DATA))
}
