/** Smoothed round trip of one peer (RFC 6298 section 2, its SRTT alone). */
export class RoundTrip {
  readonly #known: () => number | undefined
  #smoothed: number | undefined

  /** @param known milliseconds from another measurement, used until there is a sample */
  constructor(known: () => number | undefined = () => undefined) {
    this.#known = known
  }

  /** Milliseconds; undefined before the first measurement. */
  get smoothed(): number | undefined {
    return this.#smoothed ?? this.#known()
  }

  /** @param ms of a request that was sent once: after a retry it is unknown which one was answered (Karn's algorithm) */
  sample(ms: number): void {
    this.#smoothed = this.#smoothed === undefined ? ms : this.#smoothed + (ms - this.#smoothed) / 8
  }
}
