import { parseSeries } from '../../reading/series.ts'
import type { PeerDirectory } from './directory.ts'

export interface StorePolicyInit {
  readonly self: string
  /** `store:` of the configuration: names, purposes and PeerIds whose series are kept. */
  readonly store: readonly string[]
  readonly directory: Pick<PeerDirectory, 'nameOf' | 'purposesOf'>
}

/** Whose readings are kept. */
export class StorePolicy {
  readonly #init: StorePolicyInit
  /** Authors of whom something was kept in earlier lives. */
  #before: ReadonlySet<string> = new Set()

  constructor(init: StorePolicyInit) {
    this.#init = init
  }

  /** Series that history holds: while nobody tells what their authors are called, they are kept as before. */
  recall(series: readonly string[]): void {
    this.#before = new Set(series.map((one) => parseSeries(one)?.peer ?? ''))
  }

  keeps(series: string): boolean {
    const author = parseSeries(series)?.peer
    return author !== undefined && this.keepsOf(author)
  }

  /** Whether an author's series are kept. */
  keepsOf(author: string): boolean {
    const { self, store, directory } = this.#init
    if (author === self || store.length === 0) return false
    if (store.includes(author)) return true
    const name = directory.nameOf(author)
    if (name === null) return this.#before.has(author)
    return store.includes(name) || directory.purposesOf(author).some((purpose) => store.includes(purpose))
  }
}
