import { createHash } from 'node:crypto'
import { NodeError } from '../../error.ts'
import { MESSAGE_ID_BYTES } from './constants.ts'

/**
 * The id of a message for gossipsub: the first 20 bytes of SHA-256(u16be(length of topic) || topic ||
 * data). gossipsub's own id for unsigned messages leaves the topic out, so that equal payloads of two
 * topics collide (msgIdFnStrictNoSign).
 */
export function messageId(topic: string, data: Uint8Array): Uint8Array {
  const name = Buffer.from(topic)
  const length = Buffer.alloc(2)
  length.writeUInt16BE(name.length)
  return createHash('sha256').update(length).update(name).update(data).digest().subarray(0, MESSAGE_ID_BYTES)
}

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
  return Buffer.from(messageId(message.topic, message.data ?? new Uint8Array(0))).toString('latin1')
}
