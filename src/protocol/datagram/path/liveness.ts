/** After so long without a sign a proven path has to be proven again. */
const SILENCE = 25_000
/** So long after a packet of ours the peer's REPORT must have come: it tells every 5 s (loss-report.ts). */
const REPORT_DUE = 10_000

/** What tells that a proven path still works. Times are milliseconds on the monotonic clock. */
export class PathLiveness {
  #packetAt = Number.NEGATIVE_INFINITY
  #signAt = Number.NEGATIVE_INFINITY
  /** When the first packet left that no REPORT has told of since. */
  #untoldSince: number | undefined
  #lapsed = false

  /** A token is back: both directions work. */
  proven(now: number): void {
    this.#packetAt = now
    this.#signAt = now
    this.#untoldSince = undefined
    this.#lapsed = false
  }

  /** An authentic packet came: the peer's direction works. */
  packet(now: number): void {
    this.#packetAt = now
    this.#sign(now)
  }

  /** The peer has told that packets of ours came: our direction works. */
  report(now: number): void {
    this.#untoldSince = undefined
    this.#sign(now)
  }

  /** A packet of ours leaves. */
  sent(now: number): void {
    this.#untoldSince ??= now
  }

  /** Whether there was silence for too long, now or at some time since the proof. */
  isSilent(now: number): boolean {
    return this.#lapsed || now - this.#signAt > SILENCE
  }

  /** Milliseconds since the last packet came. */
  sincePacket(now: number): number {
    return now - this.#packetAt
  }

  /** Whether packets leave of which the peer should have told. */
  isUntold(now: number): boolean {
    return this.#untoldSince !== undefined && now - this.#untoldSince > REPORT_DUE
  }

  #sign(now: number): void {
    this.#lapsed = this.isSilent(now)
    this.#signAt = now
  }
}
