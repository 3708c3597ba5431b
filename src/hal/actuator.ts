import type { Clock } from '../clock.ts'
import type { Pins } from './gpio.ts'

/** State of an output, as read back from it. */
export interface ActuatorState {
  readonly on: boolean
  /** Milliseconds until it returns to its safe state; undefined while it is in it. */
  readonly left: number | undefined
}

/** An opened output. It is in its safe state when it is opened, and put there before it is closed. */
export interface Actuator {
  /** Whether the output keeps its level when this process is killed; undefined where the system does not report it. */
  readonly persists: boolean | undefined
  /** @throws NodeError where the output cannot be driven */
  set(on: boolean): Promise<void>
  state(): Promise<ActuatorState>
  close(): Promise<void>
}

/** How an output is wired, and what keeps it safe. */
export interface ActuatorOptions {
  /** The level that means on. */
  readonly active: 'high' | 'low'
  /** The state at start, at stop, and after maxOn without a new command. */
  readonly safe: 'on' | 'off'
  /** Maximum milliseconds away from the safe state; repeated commands do not extend it. */
  readonly maxOn: number
}

export interface ActuatorDefinition {
  readonly type: string
  /** For people. */
  readonly title: string
  readonly bus: 'gpio'
  /** Takes the line, in its safe state from the start. @throws as Pins.output() */
  open(
    pins: Pins,
    line: string,
    options: ActuatorOptions,
    context: { readonly clock: Clock }
  ): Promise<Actuator>
}
