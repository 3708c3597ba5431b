import type { Cancel, Clock } from '../../clock.ts'
import { NodeError } from '../../error.ts'
import { EdgeFilter } from '../edge-filter.ts'
import type { Edge, InputLine, InputOptions, Level, OutputLine, Pins } from '../gpio.ts'

interface Line {
  level: Level
  edges: number
  taken: boolean
  readonly watchers: Set<(edge: Edge) => void>
}

/** GPIO lines by any name: a test or the simulated world drives the inputs and looks at the outputs. */
export class SimulatedPins implements Pins {
  readonly #clock: Clock
  readonly #lines = new Map<string, Line>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Puts a level on a line, as whatever is wired to it would. */
  drive(name: string, level: Level): void {
    const line = this.#line(name)
    if (line.level === level) return
    line.level = level
    line.edges++
    const edge = { level, at: this.#clock.monotonic(), sequence: line.edges }
    for (const watcher of [...line.watchers]) watcher(edge)
  }

  /** The level on a line now. */
  level(name: string): Level {
    return this.#line(name).level
  }

  async input(name: string, options: InputOptions = {}): Promise<InputLine> {
    const line = this.#take(name)
    if (line.edges === 0 && options.bias === 'pull-up') line.level = 1
    return {
      name,
      read: async () => line.level,
      watch: (listener) => this.#watch(line, options, listener),
      close: async () => release(line)
    }
  }

  async output(name: string, initial: Level): Promise<OutputLine> {
    const line = this.#take(name)
    this.drive(name, initial)
    return {
      name,
      read: async () => line.level,
      write: async (level) => this.drive(name, level),
      close: async () => release(line)
    }
  }

  async close(): Promise<void> {
    for (const line of this.#lines.values()) release(line)
  }

  #watch(line: Line, options: InputOptions, listener: (edge: Edge) => void): Cancel {
    const filter = new EdgeFilter(this.#clock, line.level, options, listener)
    const watcher = (edge: Edge): void => filter.next(edge)
    line.watchers.add(watcher)
    return () => {
      line.watchers.delete(watcher)
      filter.end()
    }
  }

  #take(name: string): Line {
    const line = this.#line(name)
    if (line.taken)
      throw new NodeError('busy', `line ${name} is in use`, { hint: 'give each line to one sensor' })
    line.taken = true
    return line
  }

  #line(name: string): Line {
    const line = this.#lines.get(name) ?? { level: 0, edges: 0, taken: false, watchers: new Set() }
    this.#lines.set(name, line)
    return line
  }
}

function release(line: Line): void {
  line.taken = false
  line.watchers.clear()
}
