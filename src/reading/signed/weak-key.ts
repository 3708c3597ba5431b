import { hexOfBytes } from '../../cbor/bytes.ts'

/*
 * Ed25519 public keys under which anybody can sign anything, or whose bytes are not the one encoding of their
 * point. RFC 8032 section 5.1.7 does not refuse them and verifiers differ: OpenSSL 3.5 (Node 24) refuses them,
 * OpenSSL 3.0 (Node 22) and Go's crypto/ed25519 take them. docs/protocols.md section 7, S8 refuses them, so
 * that no two nodes judge the same bytes differently.
 */

/** y of the points of small order (1, 2, 4, 4, 8, 8), without the sign of x: libsodium, ge25519_has_small_order. */
const SMALL_ORDER = new Set([
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '0000000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a'
])

/** The bit of the last byte that is the sign of x (RFC 8032 section 5.1.2). */
const SIGN = 0x80
/** First byte of the prime 2^255 - 19; the 30 that follow are ff, the last is 7f. */
const PRIME_LOW = 0xed

/** Whether a key is of small order or not canonical. @param key 32 bytes */
export function isWeakKey(key: Uint8Array): boolean {
  const y = Uint8Array.from(key)
  y[31] = (y[31] ?? 0) & ~SIGN
  const isOverPrime = (y[0] ?? 0) >= PRIME_LOW && y[31] === 0x7f && y.subarray(1, 31).every((b) => b === 0xff)
  return isOverPrime || SMALL_ORDER.has(hexOfBytes(y))
}
