import type { Cancel, Clock } from '../../clock.ts'
import { NodeError } from '../../error.ts'
import type { Edge, InputLine, InputOptions, Level, OutputLine, Pins } from '../gpio.ts'

/** Faults of a line: it does not exist, is claimed by the kernel, is not permitted, or its chip is unplugged. */
export type LineFault = 'missing' | 'busy' | 'not-permitted' | 'gone'

interface Watch {
  readonly listener: (edge: Edge) => void
  readonly onError: (error: Error) => void
}

interface Line {
  readonly name: string
  level: Level
  /** Whether anything but a pull resistor has driven it. */
  driven: boolean
  taken: boolean
  fault: LineFault | undefined
  /** Which edges are reported, and how many were. */
  edge: NonNullable<InputOptions['edge']>
  edges: number
  watch: Watch | undefined
}

/**
 * GPIO lines of any name: a test or the simulated world drives the inputs and reads the outputs. Edges
 * are numbered, as by Linux's character device.
 */
export class SimulatedPins implements Pins {
  readonly #clock: Clock
  readonly #lines = new Map<string, Line>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Sets the level of a line, as the hardware wired to it would. */
  drive(name: string, level: Level): void {
    const edge = this.#change(this.#line(name), level)
    if (edge !== undefined) this.#line(name).watch?.listener(edge)
  }

  /** As drive(), but the edge is lost: the kernel's queue was full. */
  driveUnseen(name: string, level: Level): void {
    this.#change(this.#line(name), level)
  }

  /** The level on a line now. */
  level(name: string): Level {
    return this.#line(name).level
  }

  /** Sets the fault of a line; undefined clears it. */
  fail(name: string, fault: LineFault | undefined): void {
    const line = this.#line(name)
    line.fault = fault
    if (fault !== 'gone') return
    const { watch } = line
    line.watch = undefined
    watch?.onError(refusal(line, 'gone'))
  }

  async input(name: string, { bias, edge = 'both' }: InputOptions = {}): Promise<InputLine> {
    const line = this.#take(name)
    Object.assign(line, { edge, edges: 0 })
    if (!line.driven && bias === 'pull-up') line.level = 1
    return {
      name,
      read: async () => whole(line).level,
      watch: (listener, onError) => watchLine(line, { listener, onError }),
      close: async () => release(line)
    }
  }

  /** When it is released, the pin becomes an input that keeps its level, as with a pull resistor to that side. */
  async output(name: string, initial: Level): Promise<OutputLine> {
    const line = this.#take(name)
    this.drive(name, initial)
    return {
      name,
      persists: false,
      read: async () => whole(line).level,
      write: async (level) => this.drive(whole(line).name, level),
      close: async () => release(line)
    }
  }

  async close(): Promise<void> {
    for (const line of this.#lines.values()) release(line)
  }

  #change(line: Line, level: Level): Edge | undefined {
    line.driven = true
    if (line.level === level) return undefined
    line.level = level
    if (line.edge !== 'both' && (line.edge === 'rising') !== (level === 1)) return undefined
    line.edges += 1
    return { level, at: this.#clock.monotonic(), sequence: line.edges }
  }

  #take(name: string): Line {
    const line = whole(this.#line(name))
    if (line.taken)
      throw new NodeError('busy', `line ${name} is in use by kith`, { hint: 'give each line to one sensor' })
    line.taken = true
    return line
  }

  #line(name: string): Line {
    const line: Line = this.#lines.get(name) ?? {
      name,
      level: 0,
      driven: false,
      taken: false,
      fault: undefined,
      edge: 'both',
      edges: 0,
      watch: undefined
    }
    this.#lines.set(name, line)
    return line
  }
}

function watchLine(line: Line, watch: Watch): Cancel {
  whole(line).watch = watch
  return () => {
    if (line.watch === watch) line.watch = undefined
  }
}

function release(line: Line): void {
  line.taken = false
  line.watch = undefined
}

/** @throws NodeError as Linux's pins do */
function whole(line: Line): Line {
  if (line.fault !== undefined) throw refusal(line, line.fault)
  return line
}

function refusal({ name }: Line, fault: LineFault): NodeError {
  const hint = 'this fault is simulated'
  if (fault === 'busy')
    return new NodeError('busy', `line ${name} is in use by gpio-keys`, { hint, remedy: 'retry' })
  if (fault === 'not-permitted')
    return new NodeError('not-permitted', `line ${name} may not be used`, { hint })
  const what = fault === 'missing' ? `there is no line ${name}` : `the chip of line ${name} has gone`
  return new NodeError('no-such-line', what, { hint, remedy: 'retry' })
}
