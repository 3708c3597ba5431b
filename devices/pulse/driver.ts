import {
  Debounce,
  type Edge,
  type InputLine,
  type InputOptions,
  type Level,
  type Measurement,
  type OpenContext,
  type Options,
  type Pins,
  type Sensor,
  SensorError
} from '../../src/driver.ts'
import { RateMeter } from './rate.ts'

/** Milliseconds in which some level must hold, if pulses are debounced; at least TIMEOUT_IN_HOLDS debounce times. */
const TIMEOUT = 1000
const TIMEOUT_IN_HOLDS = 20
/** The name under which the total is kept. */
const TOTAL = 'count'

export async function open(
  pins: Pins,
  name: string,
  options: Options,
  context: OpenContext
): Promise<Sensor> {
  const debounced = Number(options.debounce) > 0
  const line = await pins.input(name, {
    bias: options.bias as NonNullable<InputOptions['bias']>,
    // Debouncing needs both edges, counting needs one.
    edge: debounced ? 'both' : (options.edge as NonNullable<InputOptions['edge']>),
    numbered: true
  })
  const counter = new PulseCounter(line, options, context)
  try {
    await counter.begin(debounced)
    return counter
  } catch (error) {
    await counter.close()
    throw error
  }
}

/**
 * The total is of all time: it continues from the kept state. Edges are numbered, so that those that the
 * kernel dropped are counted as well. Only debounced edges cannot be reconstructed: then one sample fails
 * with 'lost-edges', and counting continues.
 */
class PulseCounter implements Sensor {
  readonly #line: InputLine
  readonly #clock: OpenContext['clock']
  readonly #state: OpenContext['state']
  readonly #active: Level
  readonly #debounce: Debounce
  readonly #rate: RateMeter
  #total: number
  /** The last number seen; undefined before the first, where it does not matter. */
  #sequence: number | undefined
  #fault: Error | undefined
  #lost = 0
  /** Since the last sample. */
  #counted = 0
  #first: number | undefined
  #last: number | undefined
  #stop: () => void = () => {}

  constructor(line: InputLine, options: Options, { clock, state }: OpenContext) {
    const hold = Number(options.debounce)
    this.#line = line
    this.#clock = clock
    this.#state = state
    this.#active = options.edge === 'rising' ? 1 : 0
    this.#total = state.get(TOTAL) ?? 0
    this.#rate = new RateMeter(Number(options.still))
    this.#debounce = new Debounce({
      clock,
      hold,
      timeout: Math.max(TIMEOUT, TIMEOUT_IN_HOLDS * hold),
      onLevel: (edge) => this.#held(edge),
      onUnstable: () => this.#becameUnstable()
    })
  }

  async begin(debounced: boolean): Promise<void> {
    // The level at the start is no pulse.
    if (debounced) this.#debounce.assume(await this.#line.read())
    else this.#sequence = 0
    this.#stop = this.#line.watch(
      (edge) => (debounced ? this.#judge(edge) : this.#count(1 + this.#missedBefore(edge), edge.at)),
      (error) => {
        this.#debounce.end()
        this.#fault = error
      }
    )
  }

  async sample(signal: AbortSignal): Promise<readonly Measurement[]> {
    signal.throwIfAborted()
    if (this.#fault !== undefined) throw this.#fault
    // Proves that the line still exists: without edges, the chip may be gone.
    await this.#line.read()
    if (this.#lost > 0) throw this.#lostEdges()
    const pulses = { count: this.#counted, first: this.#first, last: this.#last }
    this.#counted = 0
    this.#first = undefined
    this.#last = undefined
    return [
      { quantity: 'count', value: this.#total },
      { quantity: 'rate', value: this.#rate.next(pulses, this.#clock.monotonic()) }
    ]
  }

  async close(): Promise<void> {
    this.#stop()
    this.#debounce.end()
    await this.#line.close()
  }

  #judge(edge: Edge): void {
    this.#lost += this.#missedBefore(edge)
    this.#debounce.next(edge)
  }

  #held({ level, at }: Edge): void {
    this.#fault = undefined
    if (level === this.#active) this.#count(1, at)
  }

  /** Edges between the last that came and this one. */
  #missedBefore({ sequence }: Edge): number {
    const before = this.#sequence
    this.#sequence = sequence
    // Numbers have 32 bits and wrap.
    return sequence === undefined || before === undefined ? 0 : (sequence - before - 1) >>> 0
  }

  #count(pulses: number, at: number): void {
    this.#total += pulses
    this.#state.set(TOTAL, this.#total)
    this.#counted += pulses
    this.#first ??= at
    this.#last = at
  }

  #lostEdges(): SensorError {
    const lost = this.#lost
    this.#lost = 0
    return new SensorError(
      'lost-edges',
      `pulse on ${this.#line.name} lost ${lost} edges: the count may be too small by ${Math.ceil(lost / 2)}`,
      {
        hint: 'this machine is too slow for so many; without debounce, lost edges are counted by their numbers'
      }
    )
  }

  #becameUnstable(): void {
    this.#fault = new SensorError(
      'unstable',
      `pulse on ${this.#line.name} holds no level for the debounce time: pulses are not counted`,
      { hint: 'choose a shorter debounce, or look for a loose wire or mains nearby' }
    )
  }
}
