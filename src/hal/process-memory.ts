/** Memory of this process, as the system sees it. */
export interface ProcessMemory {
  /** Bytes that are resident. */
  resident(): number
  /**
   * Gives back to the system what is free within the process, and what of Node's code and constants was not written: the
   * system reads that again, from memory or from the disk, where it is used. Takes milliseconds, in which nothing else
   * runs. Does nothing where the system cannot.
   */
  trim(): void
}
