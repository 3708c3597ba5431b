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
   * @param still called in the turn in which the line is written: where it throws, nothing is switched
   * @throws NodeError 'locked' before minOff is over; 'not-kept'; what `still` throws; others where the line cannot be driven
   */
  set(on: boolean, lease?: number, still?: () => void): Promise<void>
  /** Puts it into its safe state at once, or as soon as minOff lets it. */
  toSafe(): Promise<void>
  /** The machine has slept for so many milliseconds, which no clock of the process has counted. */
  slept(ms: number): void
  state(): Promise<ActuatorState>
  /**
   * @param to the state in which it is left: that of whenLost at a stop, the safe one after a fault
   * @returns whether it was left on
   */
  close(to: 'whenLost' | 'safe'): Promise<boolean>
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

/**
 * Why an output changed without a command: its lease ended, maxOn was over, its initial state waited for minOff, or its
 * safe state did after a right was revoked.
 */
export type OwnChange = 'lease' | 'max-on' | 'initial' | 'revoked'

/** When an output was switched off last, kept over restarts of the process. */
export interface OffMemory {
  /** Clock.monotonic() of that; undefined where neither this process nor the disk knows it. */
  read(): number | undefined
  /** Resolves once it is on disk, or the disk has refused it. @param at undefined before the output is switched on */
  write(at: number | undefined): Promise<void>
}

export interface ActuatorContext {
  readonly clock: Clock
  /** Needed where minOff is not 0: without it the time counts from the opening. */
  readonly memory?: OffMemory
  /** When maxOn is over, by Clock.monotonic(): goes on where an output is opened anew. */
  readonly away?: { until: number | undefined }
  /** Called before it changes by itself. */
  readonly changing?: () => void
  /** Called where it could not change by itself: it is tried again, each second. */
  readonly failed?: (why: OwnChange, error: unknown) => void
  /** Called after it has changed by itself, as read back. */
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
