/** Smoothed round trip of one peer (RFC 6298 section 2, its SRTT alone). */
export class RoundTrip {
  readonly #known: () => number | undefined
  #smoothed: number | undefined

  /** @param known milliseconds that somebody else has measured, until there is a sample */
  constructor(known: () => number | undefined = () => undefined) {
    this.#known = known
  }

  /** Milliseconds; undefined while nobody has measured any. */
  get smoothed(): number | undefined {
    return this.#smoothed ?? this.#known()
  }

  /** @param ms from a request that was sent once only, so that it is known which one was answered (Karn) */
  sample(ms: number): void {
    this.#smoothed = this.#smoothed === undefined ? ms : this.#smoothed + (ms - this.#smoothed) / 8
  }
}
