import { concatBytes } from '../../cbor/bytes.ts'
import { badFrame } from '../frame-splitter.ts'

/** One field of a message: an unsigned number, or bytes. */
export interface Field {
  readonly number: number
  readonly value: number | Uint8Array
}

/** Wire types (protobuf encoding, "Message Structure"). */
const VARINT = 0
const FIXED64 = 1
const BYTES = 2
const FIXED32 = 5

/**
 * The fields of a protobuf message in their order. Fields of fixed width are skipped: no message here has one.
 * @throws NodeError 'bad-frame' for what is cut off, groups, and numbers from 2^53 on
 */
export function fieldsOf(bytes: Uint8Array): Field[] {
  const fields: Field[] = []
  let at = 0
  const varint = (): number => {
    let value = 0
    for (let scale = 1; ; scale *= 0x80) {
      const byte = bytes[at++]
      if (byte === undefined) throw badFrame('it is cut off')
      value += (byte & 0x7f) * scale
      if (value > Number.MAX_SAFE_INTEGER || scale > Number.MAX_SAFE_INTEGER)
        throw badFrame('a number is too big')
      if (byte < 0x80) return value
    }
  }
  const skip = (count: number): number => {
    if (count > bytes.length - at) throw badFrame('it is cut off')
    at += count
    return at - count
  }
  while (at < bytes.length) {
    const tag = varint()
    const number = Math.floor(tag / 8)
    const type = tag % 8
    if (number === 0) throw badFrame('a field has no number')
    if (type === VARINT) fields.push({ number, value: varint() })
    else if (type === BYTES) {
      const start = skip(varint())
      fields.push({ number, value: bytes.subarray(start, at) })
    } else if (type === FIXED64 || type === FIXED32) skip(type === FIXED64 ? 8 : 4)
    else throw badFrame('it has a field of an unknown kind')
  }
  return fields
}

/** Writes the fields of a message in the order in which they are given. */
export class ProtobufWriter {
  readonly #parts: Uint8Array[] = []

  number(number: number, value: number): this {
    this.#parts.push(varintBytes(number * 8 + VARINT), varintBytes(value))
    return this
  }

  bytes(number: number, value: Uint8Array): this {
    this.#parts.push(varintBytes(number * 8 + BYTES), varintBytes(value.length), value)
    return this
  }

  finish(): Uint8Array {
    return concatBytes(...this.#parts)
  }
}

/** @param value below 2^53 */
function varintBytes(value: number): Uint8Array {
  const bytes: number[] = []
  let left = value
  for (; left >= 0x80; left = Math.floor(left / 0x80)) bytes.push((left % 0x80) | 0x80)
  return Uint8Array.of(...bytes, left)
}
