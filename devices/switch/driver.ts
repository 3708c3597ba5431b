import type {
  Actuator,
  ActuatorDefinition,
  ActuatorOptions,
  ActuatorState,
  Cancel,
  Clock,
  Level,
  OutputLine
} from '../../src/driver.ts'

/** Milliseconds until going back is tried again, where the line refused. */
const AGAIN = 1000

export const open: ActuatorDefinition['open'] = async (pins, name, options, { clock }) => {
  const line = await pins.output(name, levelOf(options, options.safe === 'on'))
  return new Switch(line, options, clock)
}

class Switch implements Actuator {
  readonly #line: OutputLine
  readonly #options: ActuatorOptions
  readonly #clock: Clock
  readonly #safe: boolean
  /** When it goes back by itself; undefined while it is safe. */
  #until: number | undefined
  #cancel: Cancel = () => {}
  /** One write at a time, in the order of the commands. */
  #writing: Promise<void> = Promise.resolve()

  constructor(line: OutputLine, options: ActuatorOptions, clock: Clock) {
    this.#line = line
    this.#options = options
    this.#clock = clock
    this.#safe = options.safe === 'on'
  }

  get persists(): boolean | undefined {
    return this.#line.persists
  }

  /** Repeating the same state does not extend its time. */
  set(on: boolean): Promise<void> {
    if (on === this.#safe) return this.#goBack()
    // The return to the safe level is arranged before the level changes.
    if (this.#until === undefined) this.#arm(this.#options.maxOn)
    return this.#write(on)
  }

  async state(): Promise<ActuatorState> {
    await this.#writing.catch(() => {})
    const on = (await this.#line.read()) === levelOf(this.#options, true)
    const left = this.#until === undefined ? undefined : Math.max(0, this.#until - this.#clock.monotonic())
    return { on, left }
  }

  async close(): Promise<void> {
    this.#cancel()
    try {
      await this.#write(this.#safe)
    } finally {
      this.#cancel()
      await this.#line.close()
    }
  }

  #arm(ms: number): void {
    this.#cancel()
    this.#until = this.#clock.monotonic() + ms
    this.#cancel = this.#clock.after(ms, () => void this.#goBack().catch(() => this.#arm(AGAIN)))
  }

  async #goBack(): Promise<void> {
    await this.#write(this.#safe)
    this.#cancel()
    this.#until = undefined
  }

  #write(on: boolean): Promise<void> {
    const write = (): Promise<void> => this.#line.write(levelOf(this.#options, on))
    this.#writing = this.#writing.then(write, write)
    return this.#writing
  }
}

function levelOf({ active }: ActuatorOptions, on: boolean): Level {
  return on === (active === 'high') ? 1 : 0
}
