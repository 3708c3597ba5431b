/**
 * Circuit relay v2 (docs/protocols.md section 21): a node that nobody can dial is reached over a third one, at which it
 * has a reservation. Messages, reservations and circuits are our own, and understood by libp2p's client and relay.
 *
 *     const service = relay({ relays, connect, accepts, limits, … })({ network, upgrader, clock, log, random })
 *     await service.start()
 *     const connection = await service.open(den, hall, signal)
 */
import { Relay, type RelayComponents, type RelayInit } from './relay.ts'

export { Status } from './constants.ts'
export { RelayRefused } from './exchange.ts'
export type { ReservationState } from './reservation-keeper.ts'
export type { Relay, RelayComponents, RelayInit }

export function relay(init: RelayInit): (components: RelayComponents) => Relay {
  return (components) => new Relay(components, init)
}
