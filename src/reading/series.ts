import { base58btc } from 'multiformats/bases/base58'
import { BoundedMap } from '../bounded-map.ts'
import { latin1OfBytes } from '../cbor/bytes.ts'
import { CHANNEL, NAME, PEER_ID, WORD } from '../names.ts'

/** A series' name in parts: `<PeerId>/<device>/<quantity>[.<channel>]` (docs/protocols.md section 5). */
export interface SeriesParts {
  /** 52 characters of base58btc: an Ed25519 PeerId. */
  readonly peer: string
  readonly device: string
  readonly quantity: string
  readonly channel?: string
}

const PEER_CHARACTERS = 52
/** An identity multihash over a protobuf with an Ed25519 key (libp2p peer-ids spec): 00 24 08 01 12 20 || key. */
const MULTIHASH_HEAD = [0x00, 0x24, 0x08, 0x01, 0x12, 0x20]
export const MULTIHASH_BYTES = 38

export function formatSeries(parts: SeriesParts): string {
  return `${parts.peer}/${localSeries(parts.device, parts.quantity, parts.channel)}`
}

/** The part of a series' name behind the PeerId: `hall/temperature`, `adc/voltage.a0`. */
export function localSeries(device: string, quantity: string, channel?: string): string {
  return channel === undefined ? `${device}/${quantity}` : `${device}/${quantity}.${channel}`
}

/** @returns undefined where the text is not a series name */
export function parseSeries(text: string): SeriesParts | undefined {
  if (text[PEER_CHARACTERS] !== '/') return undefined
  const [peer = '', device = '', last = '', more] = text.split('/')
  const [quantity = '', channel, extra] = last.split('.')
  const well =
    more === undefined &&
    extra === undefined &&
    PEER_ID.test(peer) &&
    NAME.test(device) &&
    WORD.test(quantity)
  if (!well || (channel !== undefined && !CHANNEL.test(channel))) return undefined
  return channel === undefined ? { peer, device, quantity } : { peer, device, quantity, channel }
}

/** The parts of a series' name that parseSeries has passed before, as it has every reading's. */
export function partsOfSeries(series: string): SeriesParts {
  const deviceEnd = series.indexOf('/', PEER_CHARACTERS + 1)
  const quantityEnd = series.indexOf('.', deviceEnd)
  const peer = series.slice(0, PEER_CHARACTERS)
  const device = series.slice(PEER_CHARACTERS + 1, deviceEnd)
  if (quantityEnd === -1) return { peer, device, quantity: series.slice(deviceEnd + 1) }
  const quantity = series.slice(deviceEnd + 1, quantityEnd)
  return { peer, device, quantity, channel: series.slice(quantityEnd + 1) }
}

/**
 * Whether it has the form of an Ed25519 PeerId. A few texts of that form are none, as 52 characters of base58 hold
 * a little more than 38 bytes; decoding each would cost more than these are worth.
 */
export function isPeerId(text: string): boolean {
  return PEER_ID.test(text)
}

/**
 * PeerIds' texts by the bytes of their multihashes: base58 takes some 4 us, and each message names its author. As many
 * as gossip remembers authors by (`limits.gossip.authors`).
 */
const texts = new BoundedMap<string, string>(4096)

/** The PeerId's text of a 38-byte Ed25519 multihash. @returns undefined for any other bytes */
export function peerOfMultihash(multihash: Uint8Array): string | undefined {
  if (multihash.length !== MULTIHASH_BYTES || MULTIHASH_HEAD.some((byte, i) => multihash[i] !== byte))
    return undefined
  const key = latin1OfBytes(multihash)
  const known = texts.get(key)
  if (known !== undefined) return known
  const text = base58btc.baseEncode(multihash)
  texts.set(key, text)
  return text
}

/** The multihash of a PeerId's text. @returns undefined where it is not an Ed25519 PeerId */
export function multihashOfPeer(peer: string): Uint8Array | undefined {
  if (!PEER_ID.test(peer)) return undefined
  const bytes = base58btc.baseDecode(peer)
  return peerOfMultihash(bytes) === peer ? bytes : undefined
}
