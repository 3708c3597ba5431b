import type { Cancel } from '../clock.ts'

export type Level = 0 | 1

export interface InputOptions {
  /** Pull resistor; 'as-is' leaves what the system set. */
  bias?: 'as-is' | 'pull-up' | 'pull-down' | 'disabled'
  /** Which edges are reported; both unless given. */
  edge?: 'rising' | 'falling' | 'both'
  /** Milliseconds a level must hold before it is reported; 0 reports every edge. */
  debounce?: number
}

/** One change of a line. */
export interface Edge {
  readonly level: Level
  /** When it happened, by Clock.monotonic(), in milliseconds; the kernel's timestamp where it gives one. */
  readonly at: number
  /** Counts the line's edges, gaps are lost ones; undefined where the system does not count. */
  readonly sequence?: number
}

export interface InputLine {
  readonly name: string
  read(): Promise<Level>
  /** Calls `listener` at each edge until cancelled. */
  watch(listener: (edge: Edge) => void, onError: (error: Error) => void): Cancel
  close(): Promise<void>
}

export interface OutputLine {
  readonly name: string
  read(): Promise<Level>
  write(level: Level): Promise<void>
  close(): Promise<void>
}

/** The pins of this machine. A line is a name of the device tree (`GPIO17`) or `chip:offset`. */
export interface Pins {
  input(line: string, options?: InputOptions): Promise<InputLine>
  output(line: string, initial: Level): Promise<OutputLine>
  close(): Promise<void>
}
