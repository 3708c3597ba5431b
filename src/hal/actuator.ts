import type { Clock } from '../clock.ts'
import { isNodeError, NodeError } from '../error.ts'
import type { Pins } from './gpio.ts'

/** State of an output, as read back from it. */
export interface ActuatorState {
  readonly on: boolean
  /** Milliseconds until it changes by itself; undefined where it stays as it is. */
  readonly left: number | undefined
  /** Milliseconds until it may be switched on (minOff); undefined where it may. */
  readonly lock: number | undefined
}

/** An opened output. It is in its initial state when it is opened, and in that of `whenLost` before it is closed. */
export interface Actuator {
  /** Whether the output keeps its level when this process is killed; undefined where the system does not report it. */
  readonly persists: boolean | undefined
  /**
   * @param lease milliseconds after which it goes to `whenLost`, unless it is set again; none unless given
   * @throws NodeError 'locked' before minOff is over; others where the output cannot be driven
   */
  set(on: boolean, lease?: number): Promise<void>
  state(): Promise<ActuatorState>
  /** @returns whether it was left on */
  close(): Promise<boolean>
}

/** The state `safe` stands for the value of that option. */
export type ActuatorTarget = 'safe' | 'on' | 'off'

/** How an output is wired, and what keeps it safe. */
export interface ActuatorOptions {
  /** The level that means on. */
  readonly active: 'high' | 'low'
  /** The state when maxOn is over. */
  readonly safe: 'on' | 'off'
  /** The state when it is opened. */
  readonly initial: ActuatorTarget
  /** The state when a lease ends, and when it is closed. */
  readonly whenLost: ActuatorTarget
  /** Maximum milliseconds away from the safe state; repeated commands and leases do not extend it. */
  readonly maxOn: number
  /** Minimum milliseconds off, once it was switched off, also over restarts; 0 for none. */
  readonly minOff: number
}

/** Refuses to switch an output on before minOff is over. */
export class LockedError extends NodeError {
  /** Milliseconds until it may be switched on. */
  readonly left: number

  constructor(left: number) {
    const seconds = Math.ceil(left / 1000)
    super('locked', `it was switched off lately: it may be switched on in ${seconds} s (minOff)`, {
      remedy: 'retry'
    })
    this.left = left
  }
}

/** Whether an error is a LockedError, also one of another realm. */
export function isLocked(error: unknown): error is LockedError {
  return isNodeError(error, 'locked') && 'left' in error
}

/** Why an output changed without a command: its lease ended, maxOn was over, or its initial state waited for minOff. */
export type OwnChange = 'lease' | 'max-on' | 'initial'

/** When an output was switched off last, kept over restarts of the process. */
export interface OffMemory {
  /** Clock.monotonic() of that; undefined where it is not known. */
  read(): number | undefined
  /** Resolves once it is on disk. @param at undefined before the output is switched on */
  write(at: number | undefined): Promise<void>
}

export interface ActuatorContext {
  readonly clock: Clock
  /** Needed where minOff is not 0: without it the time counts from the opening. */
  readonly memory?: OffMemory
  /** Called after it has changed by itself. */
  readonly changed?: (on: boolean, why: OwnChange) => void
}

export interface ActuatorDefinition {
  readonly type: string
  /** For people. */
  readonly title: string
  readonly bus: 'gpio'
  /** Takes the line, in its initial state from the start, or off while minOff lasts. @throws as Pins.output() */
  open(pins: Pins, line: string, options: ActuatorOptions, context: ActuatorContext): Promise<Actuator>
}
