import type { ConnectionEncrypter, MessageStream } from '@libp2p/interface'

/** Bytes of the length before each message (the Noise specification of libp2p, github.com/libp2p/specs/tree/master/noise). */
const HEAD_BYTES = 2
/** Of what is not complete, as @libp2p/noise has it; a message has 65,535 bytes at most. */
const MAX_HELD = 16 * 1024 * 1024

/** A list of pieces, of package uint8arraylist. */
interface Pieces {
  readonly byteLength: number
  append(bytes: Uint8Array | Pieces): void
  consume(bytes: number): void
  getUint16(at: number): number
  subarray(): Uint8Array
  sublist(from: number, to: number): Pieces
}

/** What cuts the bytes of a connection into messages: of @libp2p/noise, by way of @libp2p/utils. */
interface Decoder {
  readonly buffer: Pieces
  decode(data: Uint8Array | Pieces): Iterable<Uint8Array | Pieces>
}

/**
 * Cuts the messages of Noise without an exception. By itself the decoder learns that nothing is left by a RangeError,
 * one for each message that comes alone; making it with its stack takes longer than decrypting the message
 * (docs/network.md trap 33).
 */
export function cutMessages(encrypter: ConnectionEncrypter): ConnectionEncrypter {
  const secureInbound = encrypter.secureInbound.bind(encrypter)
  const secureOutbound = encrypter.secureOutbound.bind(encrypter)
  encrypter.secureInbound = async (connection, options) => cutting(await secureInbound(connection, options))
  encrypter.secureOutbound = async (connection, options) => cutting(await secureOutbound(connection, options))
  return encrypter
}

function cutting<T extends { readonly connection: MessageStream }>(secured: T): T {
  const { decoder } = secured.connection as { readonly decoder?: Decoder }
  if (decoder !== undefined) decoder.decode = (data) => cut(decoder.buffer, data)
  return secured
}

/**
 * @param held of a message that is not complete; what is left is put here
 * @returns the messages, without their lengths; empty ones are left out
 */
export function cut(held: Pieces, data: Uint8Array | Pieces): (Uint8Array | Pieces)[] {
  const messages: (Uint8Array | Pieces)[] = []
  if (held.byteLength === 0) {
    const bytes = data instanceof Uint8Array ? data : data.subarray()
    let at = 0
    for (let end = endOf(bytes, at); end <= bytes.length; end = endOf(bytes, at)) {
      if (end > at + HEAD_BYTES) messages.push(bytes.subarray(at + HEAD_BYTES, end))
      at = end
    }
    if (at < bytes.length) held.append(bytes.subarray(at))
    return messages
  }
  held.append(data)
  if (held.byteLength > MAX_HELD) throw new Error(`${held.byteLength} bytes of one message of Noise`)
  while (held.byteLength >= HEAD_BYTES) {
    const end = HEAD_BYTES + held.getUint16(0)
    if (held.byteLength < end) break
    if (end > HEAD_BYTES) messages.push(held.sublist(HEAD_BYTES, end))
    held.consume(end)
  }
  return messages
}

/** Where the message ends that begins there; beyond the bytes while its length has not come. */
function endOf(bytes: Uint8Array, at: number): number {
  return at + HEAD_BYTES + (((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0))
}
