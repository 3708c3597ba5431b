import type { Stream, StreamCloseEvent } from '@libp2p/interface'
import type { Clock } from '../../clock.ts'
import type { ByteBudget } from './byte-budget.ts'
import { Pump } from './pump.ts'

export interface CircuitInit {
  /** The stream of the caller and the one that we opened, both held. */
  readonly near: Stream
  readonly far: Stream
  /** A budget for each direction, and the one that all circuits share. */
  readonly outward: ByteBudget
  readonly inward: ByteBudget
  readonly shared: ByteBudget
  readonly clock: Clock
  readonly onBytes: (count: number) => void
  /** Called once, when both streams are done with. */
  readonly onClose: () => void
}

/** Two streams joined at a hop: bytes, a half-close and a reset of either pass to the other. */
export class Circuit {
  readonly #init: CircuitInit
  readonly #outward: Pump
  readonly #inward: Pump
  #open = 2
  #closed = false

  constructor(init: CircuitInit) {
    this.#init = init
    const { near, far, shared, clock, onBytes } = init
    const common = {
      clock,
      onBytes,
      onEnd: () => this.#onEnd(),
      onError: (error: Error) => this.end(error)
    }
    this.#outward = new Pump({ ...common, source: near, target: far, budgets: [init.outward, shared] })
    this.#inward = new Pump({ ...common, source: far, target: near, budgets: [init.inward, shared] })
    near.addEventListener('close', this.#onNearClose)
    far.addEventListener('close', this.#onFarClose)
    if (near.status !== 'open' || far.status !== 'open') queueMicrotask(() => this.end(cutOff()))
  }

  /** Bytes of the memory that waiting bytes of both directions take. */
  get held(): number {
    return this.#outward.held + this.#inward.held
  }

  /** Resets both streams. */
  end(error: Error): void {
    if (this.#closed) return
    this.#close()
    this.#init.near.abort(error)
    this.#init.far.abort(error)
  }

  readonly #onNearClose = (event: StreamCloseEvent): void => this.#onStreamClose(this.#outward, event)
  readonly #onFarClose = (event: StreamCloseEvent): void => this.#onStreamClose(this.#inward, event)

  /** A stream may be closed while its last bytes wait here; one whose connection broke says no end. */
  #onStreamClose(pump: Pump, { error }: StreamCloseEvent): void {
    if (error !== undefined || !pump.sourceEnded) this.end(error ?? cutOff())
  }

  #onEnd(): void {
    if (--this.#open === 0) this.#close()
  }

  #close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#outward.stop()
    this.#inward.stop()
    this.#init.near.removeEventListener('close', this.#onNearClose)
    this.#init.far.removeEventListener('close', this.#onFarClose)
    this.#init.onClose()
  }
}

function cutOff(): Error {
  return new Error('the other side of the circuit was cut off')
}
