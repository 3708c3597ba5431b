/** Memory of this process, as the system sees it. */
export interface ProcessMemory {
  /** Bytes that are resident. */
  resident(): number
  /**
   * Gives memory that is free within the process back to the system; takes milliseconds, in which nothing else runs.
   * Does nothing where the C library cannot.
   */
  trim(): void
}
