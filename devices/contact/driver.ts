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

/** Milliseconds without a stable level, after which a contact is unstable; at least TIMEOUT_IN_HOLDS debounce times. */
const TIMEOUT = 1000
const TIMEOUT_IN_HOLDS = 5

export async function open(
  pins: Pins,
  name: string,
  options: Options,
  context: OpenContext
): Promise<Sensor> {
  const line = await pins.input(name, { bias: options.bias as NonNullable<InputOptions['bias']> })
  const contact = new Contact(line, options, context)
  try {
    await contact.begin(context.signal)
    return contact
  } catch (error) {
    await contact.close()
    throw error
  }
}

class Contact implements Sensor {
  readonly #line: InputLine
  readonly #clock: OpenContext['clock']
  readonly #label: string
  readonly #closed: Level
  readonly #debounce: Debounce
  #fault: Error | undefined
  #waiting: PromiseWithResolvers<never> = refusable()
  #stop: () => void = () => {}
  #listener: ((changed: readonly Measurement[], at: number) => void) | undefined

  constructor(line: InputLine, options: Options, { clock }: OpenContext) {
    const hold = Number(options.debounce)
    this.#line = line
    this.#clock = clock
    this.#label = `contact on ${line.name}`
    this.#closed = options.closed === 'high' ? 1 : 0
    this.#debounce = new Debounce({
      clock,
      hold,
      timeout: Math.max(TIMEOUT, TIMEOUT_IN_HOLDS * hold),
      onLevel: (edge) => this.#changed(edge),
      onUnstable: () => this.#becameUnstable()
    })
  }

  /** Resolves as soon as the line holds a level. @throws SensorError 'unstable' */
  async begin(signal: AbortSignal): Promise<void> {
    this.#stop = this.#line.watch(
      (edge) => this.#debounce.next(edge),
      (error) => {
        this.#debounce.end()
        this.#broken(error)
      }
    )
    this.#debounce.next({ level: await this.#line.read(), at: this.#clock.monotonic() })
    await this.#settled(signal)
  }

  onChange(listener: (changed: readonly Measurement[], at: number) => void): void {
    this.#listener = listener
  }

  async sample(signal: AbortSignal): Promise<readonly Measurement[]> {
    signal.throwIfAborted()
    if (this.#fault !== undefined) throw this.#fault
    const level = await this.#line.read()
    // Where the system does not number edges, one may be lost; the level remains.
    if (level !== this.#debounce.level) this.#debounce.next({ level, at: this.#clock.monotonic() })
    await this.#settled(signal)
    return this.#value()
  }

  async close(): Promise<void> {
    this.#stop()
    this.#debounce.end()
    await this.#line.close()
  }

  #settled(signal: AbortSignal): Promise<void> {
    return Promise.race([this.#debounce.settled(signal), this.#waiting.promise])
  }

  #changed({ at }: Edge): void {
    this.#fault = undefined
    this.#listener?.(this.#value(), at)
  }

  #becameUnstable(): void {
    const message = `${this.#label} holds no level: it opens and closes continuously`
    this.#broken(
      new SensorError('unstable', message, {
        hint: 'look for a loose wire, a missing pull resistor or mains nearby; a longer debounce may help'
      })
    )
  }

  /** Rejects for those who wait for a level. */
  #broken(fault: Error): void {
    this.#fault = fault
    this.#waiting.reject(fault)
    this.#waiting = refusable()
  }

  /** True means open, by the definition of the quantity. */
  #value(): readonly Measurement[] {
    return [{ quantity: 'contact', value: this.#debounce.level !== this.#closed }]
  }
}

/** A rejection without a waiting caller must not count as unhandled. */
function refusable(): PromiseWithResolvers<never> {
  const resolvers = Promise.withResolvers<never>()
  resolvers.promise.catch(() => {})
  return resolvers
}
