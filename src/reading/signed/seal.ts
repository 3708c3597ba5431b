import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import { bytesOfHex, concatBytes } from '../../cbor/bytes.ts'
import { BYTES } from '../../cbor/value.ts'
import { cborBytes, cborHead } from '../../cbor/write.ts'
import { NodeError } from '../../error.ts'
import { MULTIHASH_BYTES, peerOfMultihash } from '../series.ts'
import { isWeakKey } from './weak-key.ts'

/** `form`: bytes that no seal has; `key`: a key that can make none. */
export type SealFlaw = 'form' | 'key'

export class SealError extends NodeError {
  readonly why: SealFlaw

  constructor(why: SealFlaw, message: string) {
    super('bad-seal', message)
    this.why = why
  }
}

export function isSealError(error: unknown): error is SealError {
  return error instanceof Error && (error as Partial<SealError>).code === 'bad-seal'
}

/** One domain a kind, so that nothing signed as one passes as another. */
export type SealDomain = 'pack' | 'block' | 'meta'

/** Signs as a device. The message is always made by this module, never bytes from outside. */
export interface Signer {
  /** The PeerId, 52 characters. */
  readonly peer: string
  /** Its multihash, 38 bytes. */
  readonly kid: Uint8Array
  sign(message: Uint8Array): Uint8Array
}

/** A seal taken apart: well formed, not verified. Its parts are views of the bytes. */
export interface OpenedSeal {
  readonly domain: SealDomain
  readonly peer: string
  readonly kid: Uint8Array
  readonly payload: Uint8Array
  readonly signature: Uint8Array
  /** The whole COSE_Sign1. */
  readonly bytes: Uint8Array
}

/*
 * COSE_Sign1 (RFC 9052 section 4.2), byte for byte:
 *
 *   D2 84                    tag 18, array of 4
 *     58 2F A3               protected, 47 bytes, map of 3
 *       01 32                alg -19 (Ed25519, RFC 9864)
 *       03 18 70             content type 112; 3C, 60, for the catalogue
 *       04 58 26 <38 bytes>  kid: 00 24 08 01 12 20 || key
 *     A0                     unprotected: the empty map
 *     <bstr payload>
 *     58 40 <64 bytes>       signature
 *
 * Signed (section 4.4): 84 6A "Signature1" 58 2F <protected> <bstr external_aad> <bstr payload>.
 */
const ENVELOPE = bytesOfHex('d284')
const PROTECTED_HEAD = bytesOfHex('582f')
const UNPROTECTED = bytesOfHex('a0')
const SIGNATURE_HEAD = bytesOfHex('5840')
const CONTEXT = bytesOfHex('846a5369676e617475726531')
const SIGNATURE_BYTES = 64
const KEY_BYTES = 32
/** Heads of byte strings by their lengths, and the most bytes of a string that each is the shortest for (RFC 8949 section 3). */
const HEAD_BYTES = [
  { head: 1, longest: 23 },
  { head: 2, longest: 0xff },
  { head: 3, longest: 0xffff },
  { head: 5, longest: 0xffff_ffff }
]
/** The kid up to the key: an identity multihash of an Ed25519 key (libp2p peer-ids spec). */
const KID_HEAD = bytesOfHex('002408011220')
/** Maximum bytes that a seal adds to its payload (docs/protocols.md section 7). */
export const SEAL_BYTES = 160

function domainBytes(content: string, name: SealDomain): { head: Uint8Array; aad: Uint8Array } {
  return {
    head: bytesOfHex(`a301320318${content}045826`),
    aad: cborBytes(Buffer.from(`kith/${name}/1`))
  }
}

const DOMAINS = {
  pack: domainBytes('70', 'pack'),
  block: domainBytes('70', 'block'),
  meta: domainBytes('3c', 'meta')
}

/** The signed, byte-identical form in which a payload goes to gossip, streams, datagrams and disk. */
export function seal(domain: SealDomain, payload: Uint8Array, signer: Signer): Uint8Array {
  return sealWith(domain, payload, signer.kid, signer.sign(signedBytes(domain, signer.kid, payload)))
}

/** A seal of its parts. */
export function sealWith(
  domain: SealDomain,
  payload: Uint8Array,
  kid: Uint8Array,
  signature: Uint8Array
): Uint8Array {
  return concatBytes(
    ENVELOPE,
    PROTECTED_HEAD,
    DOMAINS[domain].head,
    kid,
    UNPROTECTED,
    cborHead(BYTES, payload.length),
    payload,
    SIGNATURE_HEAD,
    signature
  )
}

/** What the signature of a seal is over. @returns memory of Node's pool that other buffers share: not to be kept */
export function signedBytes(domain: SealDomain, kid: Uint8Array, payload: Uint8Array): Buffer {
  const { head, aad } = DOMAINS[domain]
  const parts = [CONTEXT, PROTECTED_HEAD, head, kid, aad, cborHead(BYTES, payload.length), payload]
  let length = 0
  for (const part of parts) length += part.length
  const bytes = Buffer.allocUnsafe(length)
  let position = 0
  for (const part of parts) {
    bytes.set(part, position)
    position += part.length
  }
  return bytes
}

/**
 * Takes a seal apart. Every byte but kid, payload and signature is fixed, and anything else is refused.
 * @throws SealError 'form'
 */
export function openSeal(domain: SealDomain, bytes: Uint8Array): OpenedSeal {
  let position = passed(bytes, 0, ENVELOPE, 'an envelope')
  position = passed(bytes, position, PROTECTED_HEAD, 'a protected header')
  position = passed(bytes, position, DOMAINS[domain].head, 'a protected header')
  const kid = bytes.subarray(position, position + MULTIHASH_BYTES)
  if (kid.length < MULTIHASH_BYTES) throw endsEarly()
  const peer = peerOfMultihash(kid)
  if (peer === undefined) throw new SealError('form', 'a kid that is no Ed25519 PeerId')
  position = passed(bytes, position + MULTIHASH_BYTES, UNPROTECTED, 'an unprotected header')
  const end = bytes.length - SIGNATURE_HEAD.length - SIGNATURE_BYTES
  position = payloadStart(bytes, position, end - position)
  const payload = bytes.subarray(position, end)
  const signature = bytes.subarray(passed(bytes, end, SIGNATURE_HEAD, 'a signature'))
  return { domain, peer, kid, payload, signature, bytes }
}

/** Goes past bytes that every seal has. @returns the position after them */
function passed(bytes: Uint8Array, position: number, expected: Uint8Array, what: string): number {
  if (bytes.length < position + expected.length) throw endsEarly()
  for (let at = 0; at < expected.length; at++) {
    if (bytes[position + at] !== expected[at]) throw new SealError('form', `${what} as no seal has`)
  }
  return position + expected.length
}

/** Goes past the head of a byte string that takes `total` bytes with its head. @returns where its bytes begin */
function payloadStart(bytes: Uint8Array, position: number, total: number): number {
  for (const { head, longest } of HEAD_BYTES) {
    if (total < head || total - head > longest) continue
    const expected = cborHead(BYTES, total - head)
    if (expected.length === head) return passed(bytes, position, expected, 'a payload')
  }
  throw endsEarly()
}

function endsEarly(): SealError {
  return new SealError('form', 'the seal ends early')
}

/** PKCS #8 of an Ed25519 private key up to its seed (RFC 8410 section 7). */
const PKCS8_HEAD = bytesOfHex('302e020100300506032b657004220420')
/** SubjectPublicKeyInfo of an Ed25519 key up to its 32 bytes (RFC 8410 section 4). */
const SPKI_HEAD = bytesOfHex('302a300506032b6570032100')

/**
 * A signer whose key is imported once (libp2p's own signing imports it at every call).
 * @param seed the 32 bytes of an Ed25519 private key (RFC 8032 section 5.1.5)
 * @throws SealError 'key' for any other length
 */
export function createSigner(seed: Uint8Array): Signer {
  if (seed.length !== KEY_BYTES) throw new SealError('key', `a seed of ${seed.length} bytes`)
  const key = createPrivateKey({
    key: Buffer.from(concatBytes(PKCS8_HEAD, seed)),
    format: 'der',
    type: 'pkcs8'
  })
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' })
  const kid = concatBytes(KID_HEAD, spki.subarray(SPKI_HEAD.length))
  const peer = peerOfMultihash(kid)
  if (peer === undefined) throw new SealError('key', 'a key without a PeerId')
  return { peer, kid, sign: (message) => Uint8Array.from(sign(null, message, key)) }
}

/** The public key that a kid carries. @returns undefined for a weak key, whose signatures count for nothing */
export function publicKeyOf(kid: Uint8Array): KeyObject | undefined {
  const bytes = kid.subarray(-KEY_BYTES)
  if (isWeakKey(bytes)) return undefined
  return createPublicKey({ key: Buffer.from(concatBytes(SPKI_HEAD, bytes)), format: 'der', type: 'spki' })
}

/**
 * Whether the signature is the kid's (docs/protocols.md section 7, S8): Ed25519 as node:crypto verifies it, S < L
 * included, under a key that is not weak. A SealVerifier does it once a seal.
 * @param key the kid's public key, where it is imported already
 */
export function verifySeal(
  opened: OpenedSeal,
  key: KeyObject | undefined = publicKeyOf(opened.kid)
): boolean {
  if (key === undefined) return false
  return verify(null, signedBytes(opened.domain, opened.kid, opened.payload), key, opened.signature)
}
