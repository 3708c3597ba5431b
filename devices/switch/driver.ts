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
import { LockedError, NodeError } from '../../src/driver.ts'

/** Milliseconds until a change of its own is tried again, where the line refused. */
const AGAIN = 1000
/** Milliseconds that the disk may take to forget the last switching-off before it is switched on. */
const KEEPING = 2000

export const open: ActuatorDefinition['open'] = async (pins, name, options, context) => {
  const { clock, memory } = context
  const known = options.minOff > 0 ? memory?.read() : undefined
  const freeAt = options.minOff > 0 ? (known ?? clock.monotonic()) + options.minOff : -Infinity
  const isFree = clock.monotonic() >= freeAt
  const on = isOn(options.initial, options) && isFree && (await isForgotten(options, context))
  // Nobody ends what is on when the process has exited by an error; a compressor is left off.
  const atExit = levelOf(options, options.safe === 'on' && options.minOff === 0)
  const line = await pins.output(name, levelOf(options, on), atExit)
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
  readonly #away: { until: number | undefined }
  /** Whether maxOn drove it to safe, and nobody has commanded it since. */
  #isSpent = false
  /** The end of its lease, or a state that waits for minOff. */
  #planned: Event | undefined
  #cancel: Cancel = () => {}
  /** One write at a time, in the order of the commands. Nothing but the line is waited for here. */
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
    this.#away = context.away ?? { until: undefined }
    this.#safe = options.safe === 'on'
    this.#on = opened.on
    this.#level = opened.on
    this.#freeAt = opened.freeAt
    if (isOn(options.initial, options) && !opened.on)
      this.#planned = { at: opened.freeAt, on: true, why: 'initial' }
    if (opened.on === this.#safe) this.#away.until = undefined
    this.#count(opened.on)
    this.#arm()
  }

  get persists(): boolean | undefined {
    return this.#line.persists
  }

  /** Repeating the same state does not extend maxOn; it begins another lease. */
  async set(on: boolean, lease?: number, still: () => void = () => {}): Promise<void> {
    this.#checkLock(on)
    if (on && !this.#on) await this.#forget()
    await this.#written()
    // In one turn with the write: what was true before a wait need not be true now.
    still()
    this.#checkLock(on)
    const { clock } = this.#context
    const lost = isOn(this.#options.whenLost, this.#options)
    this.#planned =
      lease === undefined ? undefined : { at: clock.monotonic() + lease, on: lost, why: 'lease' }
    this.#isSpent = false
    await this.#write(on)
  }

  async toSafe(): Promise<void> {
    if (!this.#safe) {
      this.#planned = undefined
      return await this.#write(false)
    }
    this.#planned = { at: this.#context.clock.monotonic(), on: true, why: 'revoked' }
    this.#arm()
  }

  slept(ms: number): void {
    if (this.#away.until !== undefined) this.#away.until -= ms
    if (this.#planned?.why === 'lease') this.#planned = { ...this.#planned, at: this.#planned.at - ms }
    this.#arm()
  }

  async state(): Promise<ActuatorState> {
    await this.#writing.catch(() => {})
    const on = await this.#read()
    const now = this.#context.clock.monotonic()
    const next = this.#next()
    return {
      on,
      left: next === undefined ? undefined : Math.max(0, next.at - now),
      lock: !on && now < this.#freeAt ? this.#freeAt - now : undefined
    }
  }

  async close(to: 'whenLost' | 'safe'): Promise<boolean> {
    const { clock } = this.#context
    // What maxOn switched is not switched back when nobody counts it any more.
    const target = to === 'whenLost' && !this.#isSpent ? this.#options.whenLost : 'safe'
    const on = isOn(target, this.#options) && (this.#level || clock.monotonic() >= this.#freeAt)
    this.#planned = undefined
    try {
      await this.#write(on)
      return await this.#read()
    } finally {
      this.#cancel()
      await this.#line.close()
    }
  }

  /** Until the line has taken all that was written, also what came while this waited. */
  async #written(): Promise<void> {
    let writing: Promise<void> | undefined
    while (writing !== this.#writing) {
      writing = this.#writing
      await writing.catch(() => {})
    }
  }

  async #read(): Promise<boolean> {
    return (await this.#line.read()) === levelOf(this.#options, true)
  }

  /** @throws LockedError */
  #checkLock(on: boolean): void {
    const left = this.#freeAt - this.#context.clock.monotonic()
    if (on && !this.#on && left > 0) throw new LockedError(left)
  }

  /**
   * What is kept of the last switching-off is gone before it is on, so that a kill leaves nothing that is too early.
   * Never within the queue of writes: a disk that stalls delays no switching-off.
   * @throws NodeError 'not-kept'
   */
  async #forget(): Promise<void> {
    if (await isForgotten(this.#options, this.#context)) return
    throw new NodeError(
      'not-kept',
      'the disk does not forget when it was switched off (minOff): it stays off',
      {
        remedy: 'retry'
      }
    )
  }

  /** The change that comes first; none switches it on before minOff is over. */
  #next(): Event | undefined {
    const { until } = this.#away
    const away: Event[] = until === undefined ? [] : [{ at: until, on: this.#safe, why: 'max-on' }]
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
    this.#cancel = clock.after(ms, () => void this.#change(event).catch((error) => this.#again(event, error)))
  }

  #again({ why }: Event, error: unknown): void {
    this.#context.failed?.(why, error)
    this.#arm(AGAIN)
  }

  /** @throws where the line does not do it, or does not show it: it is tried again */
  async #change({ on, why }: Event): Promise<void> {
    const planned = this.#planned
    if (on) {
      await this.#forget()
      // A command, or another change, may have come meanwhile.
      if (this.#planned !== planned || this.#context.clock.monotonic() < this.#freeAt) return this.#arm()
    }
    this.#context.changing?.()
    const written = this.#write(on)
    await written
    const isOn = await this.#read()
    // A command that came meanwhile has a plan of its own, and is told instead.
    if (this.#writing !== written) return
    if (isOn !== on) {
      this.#level = isOn
      if (isOn !== this.#safe) this.#away.until ??= this.#context.clock.monotonic()
      throw new NodeError('not-driven', 'the line is not as it was written', { remedy: 'retry' })
    }
    if (this.#planned === planned) this.#planned = undefined
    this.#isSpent = why === 'max-on'
    this.#settle(on)
    this.#arm()
    this.#context.changed?.(on, why)
  }

  /** Counts maxOn. What ends it is arranged before the level changes. */
  #count(on: boolean): void {
    if (on !== this.#safe) this.#away.until ??= this.#context.clock.monotonic() + this.#options.maxOn
  }

  #settle(on: boolean): void {
    if (on === this.#safe && this.#on === on) this.#away.until = undefined
  }

  #write(on: boolean): Promise<void> {
    const { clock } = this.#context
    const goesOff = this.#on && !on
    this.#on = on
    if (goesOff) this.#freeAt = clock.monotonic() + this.#options.minOff
    this.#count(on)
    // Not while the line is written: one that hangs would have a write more each second, made when it is back.
    this.#cancel()
    const write = async (): Promise<void> => {
      try {
        await this.#line.write(levelOf(this.#options, on))
      } catch (error) {
        this.#arm(AGAIN)
        throw error
      }
      this.#level = on
      if (goesOff) this.#keep()
      this.#settle(on)
      this.#arm()
    }
    this.#writing = this.#writing.then(write, write)
    return this.#writing
  }

  /** Not awaited: what is off is off, whatever the disk does. */
  #keep(): void {
    const { clock, memory } = this.#context
    if (this.#options.minOff === 0) return
    this.#freeAt = clock.monotonic() + this.#options.minOff
    void memory?.write(clock.monotonic())
  }
}

/** Forgets when it was switched off last. @returns false where the disk refuses, or does not end within its time */
async function isForgotten(
  { minOff }: ActuatorOptions,
  { clock, memory }: ActuatorContext
): Promise<boolean> {
  if (memory?.read() === undefined) return true
  const forgotten = memory.write(undefined).then(() => memory.read() === undefined)
  // Without minOff nothing depends on it now; with one again later, it must not count.
  if (minOff === 0) return true
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const cancel = clock.after(KEEPING, () => resolve(false))
  try {
    return await Promise.race([forgotten, promise])
  } finally {
    cancel()
  }
}

function isOn(target: ActuatorTarget, { safe }: ActuatorOptions): boolean {
  return (target === 'safe' ? safe : target) === 'on'
}

function levelOf({ active }: ActuatorOptions, on: boolean): Level {
  return on === (active === 'high') ? 1 : 0
}
