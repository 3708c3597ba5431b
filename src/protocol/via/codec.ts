import { CborRecord } from '../../cbor/record.ts'
import type { CborValue } from '../../cbor/value.ts'
import { multihashOfPeer, peerOfMultihash } from '../../reading/series.ts'
import { badFrame } from '../frame-splitter.ts'
import { isText, readFrame } from '../query/codec/frame-fields.ts'
import { MAX_FRAME_BYTES, MAX_HOPS, MAX_TEXT } from './constants.ts'

/**
 * The frames of a stream /kith/via/v1 (docs/protocols.md section 19): an unsigned varint length in its minimal form,
 * then one map in core deterministic CBOR (RFC 8949 section 4.2.1). After a status without an error come raw bytes.
 *
 *     open   = { to: [*4 mh], from: [*4 mh], * tstr => any }
 *     status = { ok: true, * tstr => any } / { error: [code, text: tstr .size (0..128)], at: mh, * tstr => any }
 *     code   = "bad-request" / "denied" / "no-such" / "busy" / "loop" / "timeout"
 *     mh     = bstr .size 38                                  ; the multihash of a PeerId
 *
 * Peers are PeerIds here and multihashes on the wire.
 */
export interface Open {
  /** The peers that remain, the target last; empty at the target. */
  readonly to: readonly string[]
  /** Those passed, the opener first; empty at the first hop. */
  readonly from: readonly string[]
}

export const refusalCodes = ['bad-request', 'denied', 'no-such', 'busy', 'loop', 'timeout'] as const
export type RefusalCode = (typeof refusalCodes)[number]

export interface Refusal {
  readonly code: RefusalCode
  readonly text: string
  /** PeerId of whom it comes from. */
  readonly at: string
}

/** undefined: the circuit stands. */
export type CircuitStatus = Refusal | undefined

const opens = new CborRecord(['to', 'from'])
const statuses = new CborRecord(['ok', 'error', 'at'])

/** One more than fits, so that a path that is too long is answered and not cut off. */
const MAX_PEERS = MAX_HOPS + 1

export function encodeOpen({ to, from }: Open): Uint8Array {
  return opens.write({ to: to.map(multihash), from: from.map(multihash) })
}

/** @throws NodeError 'bad-frame' */
export function decodeOpen(bytes: Uint8Array): Open {
  const map = readFrame(bytes, MAX_FRAME_BYTES)
  return { to: peers(map.get('to'), 'to'), from: peers(map.get('from'), 'from') }
}

export function encodeStatus(status: CircuitStatus): Uint8Array {
  if (status === undefined) return statuses.write({ ok: true, error: undefined, at: undefined })
  const { code, text, at } = status
  return statuses.write({ ok: undefined, error: [code, text.slice(0, MAX_TEXT)], at: multihash(at) })
}

/** @throws NodeError 'bad-frame' */
export function decodeStatus(bytes: Uint8Array): CircuitStatus {
  const map = readFrame(bytes, MAX_FRAME_BYTES)
  if (map.get('ok') === true && !map.has('error')) return undefined
  const error = map.get('error')
  const at = map.get('at')
  if (!Array.isArray(error) || !(at instanceof Uint8Array)) throw badFrame('it is neither ok nor an error')
  const [code, text] = error
  const known = refusalCodes.find((one) => one === code)
  const peer = peerOfMultihash(at)
  if (known === undefined || !isText(text, 0, MAX_TEXT) || peer === undefined)
    throw badFrame('its error does not parse')
  return { code: known, text, at: peer }
}

function peers(value: CborValue | undefined, name: string): string[] {
  if (!Array.isArray(value) || value.length > MAX_PEERS) throw badFrame(`${name} is no short list`)
  return value.map((item) => {
    const peer = item instanceof Uint8Array ? peerOfMultihash(item) : undefined
    if (peer === undefined) throw badFrame(`${name} holds no PeerId`)
    return peer
  })
}

function multihash(peer: string): Uint8Array {
  const bytes = multihashOfPeer(peer)
  if (bytes === undefined) throw badFrame(`${peer} is no Ed25519 PeerId`)
  return bytes
}
