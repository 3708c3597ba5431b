import type { Cancel } from '../clock.ts'

export type Level = 0 | 1

export interface InputOptions {
  /** Pull resistor; 'as-is', which leaves what the system set, unless given. */
  readonly bias?: 'as-is' | 'pull-up' | 'pull-down' | 'disabled'
  /** Which edges are reported; both unless given. */
  readonly edge?: 'rising' | 'falling' | 'both'
  /** No edge may be lost unnoticed: refused where the system does not number them. */
  readonly numbered?: boolean
}

/** One change of a line. */
export interface Edge {
  /** The level after it. */
  readonly level: Level
  /** When it happened, by Clock.monotonic(), in milliseconds; the kernel's timestamp where it gives one. */
  readonly at: number
  /**
   * Counts the reported kind of edges of the line, modulo 2^32: a gap is so many lost ones. Undefined
   * where the system does not count.
   */
  readonly sequence?: number
}

export interface InputLine {
  readonly name: string
  read(): Promise<Level>
  /**
   * Calls `listener` at each edge from now on until cancelled, or until `onError` tells, once, why there
   * will be no more. One watch at a time.
   */
  watch(listener: (edge: Edge) => void, onError: (error: Error) => void): Cancel
  close(): Promise<void>
}

export interface OutputLine {
  readonly name: string
  /**
   * Whether the level stays when this process ends without closing the line: true or false where the
   * system tells, else undefined.
   */
  readonly persists: boolean | undefined
  read(): Promise<Level>
  write(level: Level): Promise<void>
  /** Gives the line back; what the pin does then is the system's choice. */
  close(): Promise<void>
}

/** The pins of this machine. A line is a name of the device tree (`GPIO17`) or `chip:offset`. */
export interface Pins {
  /** @throws NodeError 'no-such-line', 'busy', 'not-permitted', 'unsupported' */
  input(line: string, options?: InputOptions): Promise<InputLine>
  /**
   * Drives the line with `initial` from the first moment on, and again, as far as the system lets us, when the
   * process ends without closing it. @throws as input()
   */
  output(line: string, initial: Level): Promise<OutputLine>
  close(): Promise<void>
}
