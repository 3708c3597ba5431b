/**
 * Key schedule. L(x) = u16be(length) || x; frames without the stream's length prefix; PeerIds as multihash.
 *
 *     salt   = SHA-256( L("libp2p-dgram/1") || L(PeerId_I) || L(PeerId_R) || L(HELLO) || L(ACCEPT) )
 *     ikm    = secret_I || secret_R
 *     key/iv = HKDF-SHA-256(ikm, salt, "dgram/1 key I>R", 32), (…, "dgram/1 iv I>R", 12), and with "R>I"
 *
 * A rekey takes REKEY and REKEY_ACK in place of HELLO and ACCEPT, with the secrets they carry.
 */
import { createHash, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'

const LABEL = Buffer.from('libp2p-dgram/1')
const KEY_BYTES = 32
const IV_BYTES = 12

/** Inputs of the key schedule, which both sides know after two frames. */
export interface Agreement {
  readonly initiator: Uint8Array
  readonly responder: Uint8Array
  /** HELLO or REKEY, as sent. */
  readonly first: Uint8Array
  /** ACCEPT or REKEY_ACK, as sent. */
  readonly second: Uint8Array
  readonly initiatorSecret: Uint8Array
  readonly responderSecret: Uint8Array
}

/** Key and nonce base of one direction. */
export interface DirectionKey {
  readonly key: KeyObject
  readonly iv: Uint8Array
}

export interface SessionSecrets {
  readonly initiatorToResponder: DirectionKey
  readonly responderToInitiator: DirectionKey
}

export function deriveKeys(agreement: Agreement): SessionSecrets {
  const salt = agreementSalt(agreement)
  const secrets = Buffer.concat([agreement.initiatorSecret, agreement.responderSecret])
  const direction = (name: string): DirectionKey => ({
    key: createSecretKey(expand(secrets, salt, `dgram/1 key ${name}`, KEY_BYTES)),
    iv: expand(secrets, salt, `dgram/1 iv ${name}`, IV_BYTES)
  })
  const derived = { initiatorToResponder: direction('I>R'), responderToInitiator: direction('R>I') }
  secrets.fill(0)
  return derived
}

export function agreementSalt({ initiator, responder, first, second }: Agreement): Buffer {
  const hash = createHash('sha256')
  for (const part of [LABEL, initiator, responder, first, second]) {
    hash.update(Uint8Array.of(part.length >>> 8, part.length & 0xff)).update(part)
  }
  return hash.digest()
}

function expand(secrets: Uint8Array, salt: Uint8Array, info: string, length: number): Buffer {
  return Buffer.from(hkdfSync('sha256', secrets, salt, info, length))
}
