/** How far the wall clock is believed (wire.md, "Time without a clock"). */
export interface ClockStatus {
  /** 0 synchronised, 1 estimated, 2 unknown: `btq` of the wire. */
  readonly quality: 0 | 1 | 2
  /** Bound of the wall clock's error in seconds, where one is known. */
  readonly errorBound?: number
  /** Milliseconds to add to Clock.now() for the true time, where the kernel's clock is not the believed one. */
  readonly offset: number
}

/** Who is asked whether the clock is right. The kernel's clock is never set by us. */
export interface TimeSource {
  status(): Promise<ClockStatus>
}
