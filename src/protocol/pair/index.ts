/**
 * Pairing by a code, `/kith/pair-by-code/v1` (docs/protocols.md section 24): one node opens a code of 40 bits, whoever proves
 * it to that node, and has the node prove it, is the one to whom a person showed it.
 *
 *     const pairing = pair({ limits, self, name })({ network, clock, log, denies, proved })
 *     const { code } = await pairing.open(['own'], (event) => {})
 *     await proveCode(connection, { clock, deadline, self, name, code, who, proved }, signal)   // on the other side
 */
import { Pairing, type PairingComponents, type PairingInit } from './pairing.ts'

export { makeCode, readCode, showCode } from './code.ts'
export type { PairEvent, ProvedBy } from './pairing.ts'
export { type Proved, proveCode } from './prove.ts'
export { tellUnpaired, UnpairListener } from './unpair.ts'
export type { Pairing, PairingComponents }

export function pair(init: PairingInit): (components: PairingComponents) => Pairing {
  return (components) => new Pairing(components, init)
}
