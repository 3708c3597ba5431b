import type {
  Actuator,
  ActuatorContext,
  ActuatorDefinition,
  ActuatorOptions,
  ActuatorState,
  ActuatorTarget,
  Cancel,
  Level,
  OutputLine,
  OwnChange
} from '../../src/driver.ts'
import { LockedError } from '../../src/driver.ts'

/** Milliseconds until a change of its own is tried again, where the line refused. */
const AGAIN = 1000

export const open: ActuatorDefinition['open'] = async (pins, name, options, context) => {
  const { clock, memory } = context
  const known = options.minOff > 0 ? memory?.read() : undefined
  const freeAt = options.minOff > 0 ? (known ?? clock.monotonic()) + options.minOff : -Infinity
  const on = isOn(options.initial, options) && clock.monotonic() >= freeAt
  const forgotten = on ? memory?.write(undefined) : undefined
  if (options.minOff > 0) await forgotten
  const line = await pins.output(name, levelOf(options, on))
  return new Switch(line, options, context, { on, freeAt })
}

/** A change of its own. */
interface Event {
  readonly at: number
  readonly on: boolean
  readonly why: OwnChange
}

class Switch implements Actuator {
  readonly #line: OutputLine
  readonly #options: ActuatorOptions
  readonly #context: ActuatorContext
  readonly #safe: boolean
  /** As commanded last. */
  #on: boolean
  /** As written last. */
  #level: boolean
  /** Clock.monotonic() from which on it may be switched on. */
  #freeAt: number
  /** When maxOn is over; undefined while it is safe. */
  #awayUntil: number | undefined
  /** The end of its lease, or its initial state that waits for minOff. */
  #planned: Event | undefined
  #cancel: Cancel = () => {}
  /** One write at a time, in the order of the commands. */
  #writing: Promise<void> = Promise.resolve()

  constructor(
    line: OutputLine,
    options: ActuatorOptions,
    context: ActuatorContext,
    opened: { readonly on: boolean; readonly freeAt: number }
  ) {
    this.#line = line
    this.#options = options
    this.#context = context
    this.#safe = options.safe === 'on'
    this.#on = opened.on
    this.#level = opened.on
    this.#freeAt = opened.freeAt
    if (isOn(options.initial, options) && !opened.on)
      this.#planned = { at: opened.freeAt, on: true, why: 'initial' }
    this.#count(opened.on)
    this.#arm()
  }

  get persists(): boolean | undefined {
    return this.#line.persists
  }

  /** Repeating the same state does not extend maxOn; it begins another lease. */
  async set(on: boolean, lease?: number): Promise<void> {
    const now = this.#context.clock.monotonic()
    if (on && !this.#on && now < this.#freeAt) throw new LockedError(this.#freeAt - now)
    const lost = isOn(this.#options.whenLost, this.#options)
    this.#planned = lease === undefined ? undefined : { at: now + lease, on: lost, why: 'lease' }
    await this.#write(on)
  }

  async state(): Promise<ActuatorState> {
    await this.#writing.catch(() => {})
    const on = (await this.#line.read()) === levelOf(this.#options, true)
    const now = this.#context.clock.monotonic()
    const next = this.#next()
    return {
      on,
      left: next === undefined ? undefined : Math.max(0, next.at - now),
      lock: !on && now < this.#freeAt ? this.#freeAt - now : undefined
    }
  }

  async close(): Promise<boolean> {
    const { clock } = this.#context
    const lost = isOn(this.#options.whenLost, this.#options)
    const on = lost && (this.#on || clock.monotonic() >= this.#freeAt)
    this.#planned = undefined
    try {
      await this.#write(on)
    } finally {
      this.#cancel()
      await this.#line.close()
    }
    return on
  }

  /** The change that comes first; none switches it on before minOff is over. */
  #next(): Event | undefined {
    const away: Event[] =
      this.#awayUntil === undefined ? [] : [{ at: this.#awayUntil, on: this.#safe, why: 'max-on' }]
    const planned = this.#planned === undefined ? [] : [this.#planned]
    const events = [...away, ...planned].filter(({ on }) => on !== this.#level)
    return events
      .map((event) => (event.on ? { ...event, at: Math.max(event.at, this.#freeAt) } : event))
      .reduce<Event | undefined>(
        (first, event) => (first === undefined || event.at < first.at ? event : first),
        undefined
      )
  }

  #arm(wait = 0): void {
    this.#cancel()
    const event = this.#next()
    if (event === undefined) return
    const { clock } = this.#context
    const ms = Math.max(wait, event.at - clock.monotonic())
    this.#cancel = clock.after(ms, () => void this.#change(event).catch(() => this.#arm(AGAIN)))
  }

  async #change({ on, why }: Event): Promise<void> {
    const wasOn = this.#on
    await this.#write(on, () => {
      this.#planned = undefined
    })
    if (on !== wasOn) this.#context.changed?.(on, why)
  }

  /** Counts maxOn. What ends it is arranged before the level changes. */
  #count(on: boolean): void {
    if (on !== this.#safe) this.#awayUntil ??= this.#context.clock.monotonic() + this.#options.maxOn
  }

  #write(on: boolean, written: () => void = () => {}): Promise<void> {
    const { clock } = this.#context
    const goesOff = this.#on && !on
    this.#on = on
    if (goesOff) this.#freeAt = clock.monotonic() + this.#options.minOff
    this.#count(on)
    this.#arm(AGAIN)
    const write = async (): Promise<void> => {
      await this.#drive(on, goesOff)
      written()
      if (on === this.#safe && this.#on === on) this.#awayUntil = undefined
      this.#arm()
    }
    this.#writing = this.#writing.then(write, write)
    return this.#writing
  }

  /** What is kept of the last switching-off is gone before it is on, so that a kill leaves nothing that is too early. */
  async #drive(on: boolean, goesOff: boolean): Promise<void> {
    const { clock, memory } = this.#context
    const isKept = this.#options.minOff > 0 && memory !== undefined
    if (on && isKept) await memory.write(undefined)
    await this.#line.write(levelOf(this.#options, on))
    this.#level = on
    if (!goesOff || this.#options.minOff === 0) return
    this.#freeAt = clock.monotonic() + this.#options.minOff
    // Not awaited: what is off is off, whatever the disk does.
    if (isKept) void memory.write(clock.monotonic())
  }
}

function isOn(target: ActuatorTarget, { safe }: ActuatorOptions): boolean {
  return (target === 'safe' ? safe : target) === 'on'
}

function levelOf({ active }: ActuatorOptions, on: boolean): Level {
  return on === (active === 'high') ? 1 : 0
}
