/** A validated path lapses after this many milliseconds without a packet or report of the peer. */
const MAX_SILENCE = 25_000
/** A REPORT must follow a packet of ours within this many ms; the peer sends one every 5 s (loss-report.ts). */
const REPORT_DUE = 10_000

/** Whether a validated path still works, by what the peer sends. Times are milliseconds on the monotonic clock. */
export class PathLiveness {
  #packetAt = Number.NEGATIVE_INFINITY
  /** When the last packet or report arrived. */
  #aliveAt = Number.NEGATIVE_INFINITY
  /** When the first packet left that no REPORT has covered since. */
  #unreportedSince: number | undefined
  #lapsed = false

  /** A token was returned: both directions work. */
  validated(now: number): void {
    this.#packetAt = now
    this.#aliveAt = now
    this.#unreportedSince = undefined
    this.#lapsed = false
  }

  /** An authentic packet arrived: the peer's direction works. */
  packet(now: number): void {
    this.#packetAt = now
    this.#alive(now)
  }

  /** The peer reported that packets of ours arrived: our direction works. */
  reported(now: number): void {
    this.#unreportedSince = undefined
    this.#alive(now)
  }

  /** A packet of ours leaves. */
  sent(now: number): void {
    this.#unreportedSince ??= now
  }

  /** False after too long a silence at any time since the validation, or while a REPORT is overdue. */
  isActive(now: number): boolean {
    return !this.#isSilent(now) && !this.#isReportOverdue(now)
  }

  /** Milliseconds since the last packet arrived. */
  sincePacket(now: number): number {
    return now - this.#packetAt
  }

  #isSilent(now: number): boolean {
    return this.#lapsed || now - this.#aliveAt > MAX_SILENCE
  }

  #isReportOverdue(now: number): boolean {
    return this.#unreportedSince !== undefined && now - this.#unreportedSince > REPORT_DUE
  }

  #alive(now: number): void {
    this.#lapsed = this.#isSilent(now)
    this.#aliveAt = now
  }
}
