import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { ristretto255, ristretto255_hasher } from '@noble/curves/ed25519.js'
import { concatBytes } from '../../cbor/bytes.ts'
import { TAG_BYTES } from './constants.ts'

/**
 * CPACE-RISTR255-SHA512 between an initiator and a responder, with the key confirmation that the draft proposes
 * (draft-irtf-cfrg-cpace; docs/protocols.md section 24). Whoever takes part without the code learns from one run whether
 * one guess is right, and nothing else.
 */
export interface CpaceInput {
  /** The password-related string, PRS: the code. */
  readonly code: Uint8Array
  /** The channel identifier, CI: who the two are, and which of them is the initiator. */
  readonly channel: Uint8Array
  /** The session identifier, sid. */
  readonly session: Uint8Array
}

/**
 * What one side sends: its share, and data that the other side then knows to be its (ADa, ADb). The data of the two
 * must differ, as by who sends it: a message that can be sent back as it came proves nothing.
 */
export interface CpaceMessage {
  readonly share: Uint8Array
  readonly data: Uint8Array
}

/** What one side keeps between sending its share and receiving the other's. */
export interface CpaceSecret {
  readonly session: Uint8Array
  readonly scalar: bigint
  readonly sent: CpaceMessage
}

/** The tags by which the sides prove that they came to the same key. */
export interface CpaceTags {
  readonly initiator: Uint8Array
  readonly responder: Uint8Array
}

const DSI = Buffer.from('CPaceRistretto255')
const DSI_ISK = Buffer.from('CPaceRistretto255_ISK')
const MAC = Buffer.from('CPaceMac')
/** The input block of SHA-512 (FIPS 180-4 section 1). */
const BLOCK_BYTES = 128
/** Bits of a scalar that are drawn: group_size_bits. */
const SCALAR_BITS = 252n

/** Begins one side. @param drawn 32 random bytes; given by tests alone */
export function cpaceBegin(
  input: CpaceInput,
  data: Uint8Array,
  drawn: Uint8Array = randomBytes(32)
): CpaceSecret {
  const scalar = littleEndian(drawn) & ((1n << SCALAR_BITS) - 1n)
  const share = generatorOf(input).multiply(scalar).toBytes()
  return { session: input.session, scalar, sent: { share, data } }
}

/**
 * What both sides come to if they have the same code, channel and session.
 * @returns undefined where the other side's share is no group element, the neutral one, or ours sent back, by which
 * both tags could be the same
 */
export function cpaceTags(
  own: CpaceSecret,
  received: CpaceMessage,
  role: 'initiator' | 'responder'
): CpaceTags | undefined {
  const secret = multiplied(own.scalar, received.share)
  // The encoding of an element is the only one that is decoded (RFC 9496 section 4.3.1): equal elements, equal bytes.
  if (secret === undefined || Buffer.compare(own.sent.share, received.share) === 0) return undefined
  const mine = lengthened(own.sent.share, own.sent.data)
  const theirs = lengthened(received.share, received.data)
  const [initiator, responder] = role === 'initiator' ? [mine, theirs] : [theirs, mine]
  const key = sha512(lengthened(DSI_ISK, own.session, secret), initiator, responder)
  const macKey = sha512(MAC, own.session, key)
  const tag = (sent: Uint8Array): Uint8Array => createHmac('sha512', macKey).update(sent).digest()
  return { initiator: tag(initiator), responder: tag(responder) }
}

/** Takes the same time wherever they differ. */
export function isSameTag(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === TAG_BYTES && other.length === TAG_BYTES && timingSafeEqual(one, other)
}

/** lv_cat of the draft: each part after its length as LEB128. */
export function lengthened(...parts: readonly Uint8Array[]): Uint8Array {
  return concatBytes(...parts.flatMap((part) => [leb128(part.length), part]))
}

function leb128(length: number): Uint8Array {
  const bytes: number[] = []
  for (let rest = length; ; rest = rest >>> 7) {
    if (rest < 0x80) return Uint8Array.of(...bytes, rest)
    bytes.push((rest & 0x7f) | 0x80)
  }
}

type Point = ReturnType<typeof ristretto255.Point.fromBytes>

/** calculate_generator: zeros fill the first block of the hash, so that its time does not depend on the code. */
function generatorOf({ code, channel, session }: CpaceInput): Point {
  const zeros = BLOCK_BYTES - 1 - lengthened(code).length - lengthened(DSI).length
  const text = lengthened(DSI, code, new Uint8Array(Math.max(0, zeros)), channel, session)
  return deriveElement(sha512(text))
}

/** The element derivation of RFC 9496 section 4.3.4. */
function deriveElement(bytes: Uint8Array): Point {
  const { deriveToCurve } = ristretto255_hasher
  if (deriveToCurve === undefined) throw new TypeError('@noble/curves derives no elements of ristretto255')
  return deriveToCurve(bytes)
}

/** scalar_mult_vfy; undefined in place of the neutral element. */
function multiplied(scalar: bigint, encoded: Uint8Array): Uint8Array | undefined {
  try {
    const element = ristretto255.Point.fromBytes(encoded)
    return element.is0() ? undefined : element.multiply(scalar).toBytes()
  } catch {
    return undefined
  }
}

function littleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`)
}

function sha512(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash('sha512')
  for (const part of parts) hash.update(part)
  return hash.digest()
}
