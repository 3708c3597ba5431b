import { ProtocolRegistry, sensorProtocols } from '../../protocol/protocol-registry.ts'
import { quantityTable } from '../../reading/quantity.ts'
import type { AssembleInit } from './assemble-init.ts'
import type { Protocols } from './components.ts'

export function createProtocols({ quantities: own, protocols }: AssembleInit): Protocols {
  const quantities = quantityTable(...own)
  return { quantities, registry: new ProtocolRegistry([...sensorProtocols, ...protocols], quantities) }
}

/** ProtocolNames that carry a quantity, newest version first. */
export function protocolsOf({ registry }: Protocols, quantity: string): string[] {
  return registry.ofQuantity(quantity).map(({ id }) => id)
}
