import type { Run } from '../../run.ts'

/** Bytes of memory of a pack and of each of its spans beside its bytes, about. */
const PACK_BYTES = 100
const SPAN_BYTES = 100

/** The rows of one series in a pack. */
export interface PackSpan {
  readonly series: string
  readonly run: Run
  readonly from: number
  readonly to: number
}

/** A signed pack of several series: it is here once, until the logs of all of them have let it go. */
export class SharedPack {
  readonly bytes: Uint8Array
  readonly spans: readonly PackSpan[]
  readonly #weigh: (change: number) => void
  #holders = 0

  /** @param weigh is told by how many bytes of memory more, or less, are taken */
  constructor(bytes: Uint8Array, spans: readonly PackSpan[], weigh: (change: number) => void) {
    this.bytes = bytes
    this.spans = spans
    this.#weigh = weigh
  }

  hold(): void {
    if (this.#holders === 0) this.#weigh(this.#size)
    this.#holders += 1
  }

  release(): void {
    this.#holders -= 1
    if (this.#holders === 0) this.#weigh(-this.#size)
  }

  get #size(): number {
    return this.bytes.length + PACK_BYTES + SPAN_BYTES * this.spans.length
  }
}
