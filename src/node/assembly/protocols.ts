import { ProtocolRegistry, sensorProtocols } from '../../protocol/protocol-registry.ts'
import { type Quantities, quantityTable } from '../../reading/quantity.ts'
import type { AssembleInit } from './assemble-init.ts'

/** What can be measured, and the protocols that carry it: kith's own and those of the application. */
export interface Language {
  readonly quantities: Quantities
  readonly registry: ProtocolRegistry
}

export function createLanguage({ quantities: own, protocols }: AssembleInit): Language {
  const quantities = quantityTable(...own)
  return { quantities, registry: new ProtocolRegistry([...sensorProtocols, ...protocols], quantities) }
}

/** ProtocolNames that carry a quantity, newest version first. */
export function protocolsOf({ registry }: Language, quantity: string): string[] {
  return registry.ofQuantity(quantity).map(({ id }) => id)
}
