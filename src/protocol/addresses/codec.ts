import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import { CborError } from '../../cbor/error.ts'
import { readCbor } from '../../cbor/read.ts'
import { CborRecord } from '../../cbor/record.ts'
import { type CborValue, isCborMap } from '../../cbor/value.ts'
import { badFrame } from '../frame-splitter.ts'
import { MAX_ADDRESS_BYTES, MAX_ADDRESSES, MAX_FRAME_BYTES, MAX_FRAME_DEPTH } from './constants.ts'

/**
 * A frame of `/kith/addresses/v1` (docs/protocols.md section 20): an unsigned varint length in its minimal form, then
 * one map in core deterministic CBOR (RFC 8949 section 4.2.1).
 *
 *     told    = { addresses: [*8 address] }
 *     address = bstr .size (1..280)                 a multiaddr without the PeerId
 */
const told = new CborRecord(['addresses'])

/** @param addresses the first eight that are not too long are written */
export function encodeTold(addresses: readonly Multiaddr[]): Uint8Array {
  const fitting = addresses.map(({ bytes }) => bytes).filter(({ length }) => length <= MAX_ADDRESS_BYTES)
  return told.write({ addresses: fitting.slice(0, MAX_ADDRESSES) })
}

/**
 * What is a multiaddr of a kind that is not known here is left out.
 * @throws NodeError 'bad-frame'
 */
export function decodeTold(bytes: Uint8Array): Multiaddr[] {
  const addresses = readMap(bytes)
  if (!Array.isArray(addresses) || addresses.length > MAX_ADDRESSES) throw badFrame('it has no addresses')
  return addresses.flatMap((address) => {
    if (!(address instanceof Uint8Array) || address.length < 1 || address.length > MAX_ADDRESS_BYTES)
      throw badFrame('an address is not what it must be')
    return addressOf(address)
  })
}

function readMap(bytes: Uint8Array): CborValue | undefined {
  let value: CborValue
  try {
    value = readCbor(bytes, { maxBytes: MAX_FRAME_BYTES, maxDepth: MAX_FRAME_DEPTH, maxItems: 0 })
  } catch (error) {
    throw badFrame(error instanceof CborError ? error.message : String(error))
  }
  if (!isCborMap(value)) throw badFrame('it is not a map')
  return value.get('addresses')
}

function addressOf(bytes: Uint8Array): Multiaddr[] {
  try {
    const address = multiaddr(bytes)
    // Its text must read the same: what cannot be written cannot be compared.
    return [multiaddr(address.toString())]
  } catch {
    return []
  }
}
