/** What is known of the wall clock (docs/protocols.md, section 7). */
export interface ClockStatus {
  /** 0 synchronised, 1 estimated, 2 unknown: `btq` of the wire. */
  readonly quality: 0 | 1 | 2
  /** Bound of the wall clock's error in seconds, where one is known. */
  readonly errorBound?: number
  /** Milliseconds to add to Clock.now() for the true time, where the source is not the kernel's clock. */
  readonly offset: number
}

/** A source of the clock's status. kith never sets the kernel's clock. */
export interface TimeSource {
  status(): Promise<ClockStatus>
}
