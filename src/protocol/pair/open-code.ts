import type { Cancel, Clock } from '../../clock.ts'
import type { PairLimits } from './limits.ts'

export type Closed = 'used' | 'expired' | 'tries' | 'withdrawn'

export interface OpenCodeInit {
  readonly clock: Clock
  readonly limits: PairLimits
  /** As makeCode() gives it. */
  readonly code: string
  /** What it grants to whom proves it. */
  readonly may: readonly string[]
  /** Called once. */
  readonly onClosed: (why: Closed) => void
}

/** A code that is open: what may be tried of it, and until when. */
export class OpenCode {
  readonly code: string
  readonly may: readonly string[]
  /** Clock.now() in milliseconds. */
  readonly until: number
  readonly #init: OpenCodeInit
  #tries = 0
  /** Clock.monotonic() from which the next try may begin. */
  #nextAt = Number.NEGATIVE_INFINITY
  #provedBy: string | undefined
  #isTrying = false
  #isClosed = false
  #cancel: Cancel

  constructor(init: OpenCodeInit) {
    const { clock, limits } = init
    this.#init = init
    this.code = init.code
    this.may = init.may
    this.until = clock.now() + limits.lifetime
    this.#cancel = clock.after(limits.lifetime, () => this.close('expired'))
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  get triesLeft(): number {
    return this.#init.limits.tries - this.#tries
  }

  /** The peer that proved it: the code is no other's any more. */
  get provedBy(): string | undefined {
    return this.#provedBy
  }

  /**
   * Begins a try, which counts, and which end() ends: from here on the other side learns whether a guess was right.
   * 'busy' where another runs or the last began just now.
   */
  begin(peer: string): 'begun' | 'busy' | 'refused' {
    const { clock, limits } = this.#init
    if (this.#isClosed || this.triesLeft <= 0 || (this.#provedBy ?? peer) !== peer) return 'refused'
    const now = clock.monotonic()
    if (this.#isTrying || now < this.#nextAt) return 'busy'
    this.#nextAt = now + limits.interval
    this.#isTrying = true
    this.#tries++
    return 'begun'
  }

  /** The code was proved. For a while the same peer may prove it again: our answer may have been lost. */
  proved(peer: string): void {
    if (this.#isClosed) return
    const { clock, limits } = this.#init
    this.#cancel()
    this.#provedBy = peer
    this.#cancel = clock.after(limits.repeat, () => this.close('used'))
  }

  /** The try is over, whatever came of it. */
  end(): void {
    this.#isTrying = false
    if (this.triesLeft <= 0) this.close(this.#provedBy === undefined ? 'tries' : 'used')
  }

  close(why: Closed): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#cancel()
    this.#init.onClosed(why)
  }
}
