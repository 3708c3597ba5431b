/**
 * Where peers of the book are, `/kith/addresses/v1` (docs/protocols.md section 20): two nodes that have each other in
 * their books tell each other all their addresses over whatever connection there is, and dial.
 *
 *     const service = addresses({ limits, isOffered: true })({ network, clock, log, isKnown, own, told })
 *     await service.start()
 *     const [first] = await service.exchange(connection, signal)
 */
import { Addresses, type AddressesComponents, type AddressesInit } from './addresses.ts'

export type { Addresses }

export function addresses(init: AddressesInit): (components: AddressesComponents) => Addresses {
  return (components) => new Addresses(components, init)
}
