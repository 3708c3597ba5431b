import type { Cancel } from '../clock.ts'

export type Level = 0 | 1

export interface InputOptions {
  /** Pull resistor; 'as-is', which leaves what the system set, unless given. */
  readonly bias?: 'as-is' | 'pull-up' | 'pull-down' | 'disabled'
  /** Which edges are reported; both unless given. */
  readonly edge?: 'rising' | 'falling' | 'both'
  /** Edges must be numbered, so that a lost one is detected: 'unsupported' where the system does not number them. */
  readonly numbered?: boolean
}

/** One change of a line. */
export interface Edge {
  /** The level after it. */
  readonly level: Level
  /** Clock.monotonic() at the edge, in milliseconds; by the kernel's timestamp where it has one. */
  readonly at: number
  /**
   * Number of the edge among the reported ones of the line, modulo 2^32; a gap is that many lost edges.
   * Undefined where the system does not number them.
   */
  readonly sequence?: number
}

export interface InputLine {
  readonly name: string
  read(): Promise<Level>
  /**
   * Calls `listener` at each edge until cancelled, or until `onError` is called, once, after which there are
   * no more edges. One watch at a time.
   */
  watch(listener: (edge: Edge) => void, onError: (error: Error) => void): Cancel
  close(): Promise<void>
}

export interface OutputLine {
  readonly name: string
  /**
   * Whether the level is kept when this process ends without closing the line; undefined where the system
   * does not report it.
   */
  readonly persists: boolean | undefined
  read(): Promise<Level>
  write(level: Level): Promise<void>
  /** Releases the line; the state of the pin after that is up to the system. */
  close(): Promise<void>
}

/** The pins of this machine. A line is a name of the device tree (`GPIO17`) or `chip:offset`. */
export interface Pins {
  /** @throws NodeError 'no-such-line', 'busy', 'not-permitted', 'unsupported' */
  input(line: string, options?: InputOptions): Promise<InputLine>
  /**
   * Drives the line with `initial` from the start and, as far as possible, with `atExit` when the process exits
   * without closing it.
   * @param atExit `initial` unless given
   * @throws as input()
   */
  output(line: string, initial: Level, atExit?: Level): Promise<OutputLine>
  close(): Promise<void>
}
