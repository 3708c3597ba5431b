import { ownQuantities } from '../../config/quantities.ts'
import { NodeError } from '../../error.ts'
import { defineSensorProtocol, type SensorProtocol } from '../../protocol/define-sensor-protocol.ts'
import { ProtocolRegistry, sensorProtocols } from '../../protocol/protocol-registry.ts'
import { type OwnQuantity, quantityOf, quantityTable } from '../../reading/quantity.ts'
import type { AssembleInit } from './assemble-init.ts'
import type { Protocols } from './components.ts'

const builtIn = quantityTable()

/** @throws NodeError 'quantity-twice', 'protocol-twice', 'protocol-id' */
export function createProtocols({ config, devices, quantities: own, protocols }: AssembleInit): Protocols {
  const brought = ownQuantities(config.quantities, devices)
  const redefined = brought.find(({ name }) => builtIn.has(name))
  if (redefined !== undefined)
    throw new NodeError('quantity-twice', `${redefined.name} is a quantity of kith`, {
      hint: 'give the one that the driver brings another name',
      remedy: 'fix'
    })
  const quantities = quantityTable(...own, ...brought.map(quantityOf))
  const all = [...sensorProtocols, ...protocols, ...protocolsFor(brought)]
  return { quantities, registry: new ProtocolRegistry(all, quantities) }
}

/** The protocols that own quantities name: quantities of one ProtocolName share it. */
function protocolsFor(brought: readonly OwnQuantity[]): SensorProtocol[] {
  const byProtocol = Map.groupBy(brought, ({ protocol }) => protocol)
  return [...byProtocol].flatMap(([id, [first, ...others]]) =>
    first === undefined
      ? []
      : [defineSensorProtocol({ id, quantity: first.name, quantities: others.map(({ name }) => name) })]
  )
}

/** ProtocolNames that carry a quantity, newest version first. */
export function protocolsOf({ registry }: Protocols, quantity: string): string[] {
  return registry.ofQuantity(quantity).map(({ id }) => id)
}
