/** Smoothed round trip of one peer (RFC 6298 section 2, its SRTT alone). */
export class RoundTrip {
  #smoothed: number | undefined

  /** Milliseconds; undefined before the first sample. */
  get smoothed(): number | undefined {
    return this.#smoothed
  }

  /** @param ms from a request that was sent once only, so that it is known which one was answered (Karn) */
  sample(ms: number): void {
    this.#smoothed = this.#smoothed === undefined ? ms : this.#smoothed + (ms - this.#smoothed) / 8
  }
}
