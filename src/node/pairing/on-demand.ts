import { OnDemand } from '../../on-demand.ts'
import type { UnpairListener } from '../../protocol/pair/unpair.ts'
import type { Startable } from '../../startable.ts'
import type {
  PairOpenRequest,
  PairRequest,
  PairStep,
  PairView,
  UnpairView
} from '../api/access/pairing-views.ts'
import type { Operations } from '../api/operations.ts'
import type { NodePairing, NodePairingInit } from './node-pairing.ts'

/** NodePairing, whose code is loaded when somebody pairs. */
export class PairingOnDemand implements Startable, Pick<Operations, 'pairOpen' | 'pair' | 'unpair'> {
  readonly name = 'pairing'
  readonly #part: OnDemand<NodePairing>
  readonly #listener: UnpairListener | undefined

  /** @param listener hears of peers that remove this node; none in a node for one command */
  constructor(init: NodePairingInit, listener: UnpairListener | undefined) {
    this.#listener = listener
    this.#part = new OnDemand(async () => new (await import('./node-pairing.ts')).NodePairing(init))
  }

  /** `tries`, `refused`, `paired`: once somebody has paired since the start. */
  get counters(): Readonly<Record<string, number>> {
    return this.#part.made?.counters ?? {}
  }

  async start(): Promise<void> {
    await this.#listener?.start()
  }

  async stop(): Promise<void> {
    await this.#part.made?.stop()
    await this.#listener?.stop()
  }

  async *pairOpen(request: PairOpenRequest, signal: AbortSignal): AsyncGenerator<PairStep> {
    yield* (await this.#part.get()).pairOpen(request, signal)
  }

  async pair(request: PairRequest, signal: AbortSignal): Promise<PairView> {
    return await (await this.#part.get()).pair(request, signal)
  }

  async unpair(who: string, signal: AbortSignal): Promise<UnpairView> {
    return await (await this.#part.get()).unpair(who, signal)
  }
}
