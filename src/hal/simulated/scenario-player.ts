import { type Cancel, every } from '../../clock.ts'
import type { Log } from '../../log.ts'
import type { Ambient, AmbientQuantity, Course, Trace } from './ambient.ts'
import type { Scenario, ScenarioAction, ScenarioEvent, TracePoint } from './scenario.ts'
import type { SimulatedWorld } from './world.ts'

const DAY = 86_400_000

export interface ScenarioPlayerInit {
  readonly scenario: Scenario
  readonly world: Pick<SimulatedWorld, 'clock' | 'ambient' | 'faults' | 'lines'>
  readonly log: Log
}

/** Plays the events of a scenario in a simulated world. */
export class ScenarioPlayer {
  readonly #init: ScenarioPlayerInit
  readonly #cancels: Cancel[] = []

  constructor(init: ScenarioPlayerInit) {
    this.#init = init
  }

  /** Starts the scenario now. */
  start(): void {
    const { scenario, world } = this.#init
    for (const [quantity, course] of entries<Partial<Course>>(scenario.day))
      world.ambient.change(quantity, course)
    for (const { bus, address, imperfection } of scenario.chips)
      world.faults.spoil(bus, address, imperfection, world.clock.now())
    for (const event of scenario.events) this.#cancels.push(this.#schedule(event))
  }

  /** Cancels all further events; effects of earlier ones remain. */
  stop(): void {
    for (const cancel of this.#cancels.splice(0)) cancel()
  }

  #schedule(event: ScenarioEvent): Cancel {
    const { clock } = this.#init.world
    const happen = (): void => this.#happen(event)
    if ('at' in event.when) {
      const today = clock.now() % DAY
      const wait = event.when.at - today + (event.when.at < today ? DAY : 0)
      return every(clock, event.every ?? DAY, happen, wait)
    }
    const { after } = event.when
    return event.every === undefined ? clock.after(after, happen) : every(clock, event.every, happen, after)
  }

  #happen({ about, action }: ScenarioEvent): void {
    this.#init.log.info(`scenario: ${about}`)
    act(this.#init.world, action)
  }
}

function act({ ambient, faults, lines, clock }: ScenarioPlayerInit['world'], action: ScenarioAction): void {
  switch (action.kind) {
    case 'ramp':
      ramp(ambient, action, clock.now())
      break
    case 'shift':
      shift(ambient, action, clock.now())
      break
    case 'release':
      for (const quantity of action.quantities) ambient.release(quantity)
      break
    case 'replay':
      ambient.follow(action.quantity, recorded(action.points, clock.now()))
      break
    case 'fault':
      faults.set(action.chip.bus, action.chip.address, action.fault)
      break
    case 'clear':
      faults.clear(action.chip.bus, action.chip.address)
      break
    case 'brownout':
      faults.brownOut(action.chip.bus, action.chip.address)
      break
    case 'hang':
      faults.hang(action.bus)
      break
    case 'unhang':
      faults.unhang(action.bus)
      break
    case 'drive':
      lines.drive(action.line, action.level)
  }
}

function ramp(ambient: Ambient, { to, over }: ScenarioAction & { kind: 'ramp' }, now: number): void {
  for (const [quantity, value] of entries(to))
    ambient.follow(quantity, straight(ambient.value(quantity, now), value, now, over))
}

function shift(ambient: Ambient, { by, over }: ScenarioAction & { kind: 'shift' }, now: number): void {
  for (const [quantity, value] of entries(by))
    ambient.moveBy(quantity, straight(ambient.shift(quantity, now), value, now, over))
}

function straight(from: number, to: number, start: number, over: number): Trace {
  return (at) => {
    const part = over === 0 ? 1 : Math.min(1, Math.max(0, (at - start) / over))
    return from + (to - from) * part
  }
}

/** Linear interpolation between the points; constant before the first and after the last. */
function recorded(points: readonly TracePoint[], start: number): Trace {
  return (at) => {
    const next = firstAfter(points, at - start)
    const [fromAt, from] = points[Math.max(0, next - 1)] ?? [0, Number.NaN]
    const [toAt, to] = points[Math.min(next, points.length - 1)] ?? [0, Number.NaN]
    return straight(from, to, start + fromAt, toAt - fromAt)(at)
  }
}

/** The index of the first point after the moment, by bisection. */
function firstAfter(points: readonly TracePoint[], at: number): number {
  let [low, high] = [0, points.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((points[middle]?.[0] ?? 0) > at) high = middle
    else low = middle + 1
  }
  return low
}

function entries<T = number>(values: Readonly<Partial<Record<AmbientQuantity, T>>>): [AmbientQuantity, T][] {
  return Object.entries(values) as [AmbientQuantity, T][]
}
