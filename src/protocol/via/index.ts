/**
 * Connections through neighbours, `/kith/via/v1` (docs/protocols.md section 19): at most three peers pass on the bytes
 * of two that cannot reach each other. The two ends make an ordinary libp2p connection of it, so that a hop reads
 * nothing.
 *
 *     const service = via({ serves, accepts, inBook, limits })({ network, upgrader, clock })
 *     await service.start()
 *     const connection = await service.openVia([hall, attic], peer, signal)
 */
import type { ViaComponents, ViaInit } from './components.ts'
import { Via } from './via.ts'

export { VIA_PROTOCOL } from './constants.ts'
export type { Via, ViaComponents, ViaInit }

export function via(init: ViaInit): (components: ViaComponents) => Via {
  return (components) => new Via(components, init)
}
