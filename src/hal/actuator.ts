import type { Clock } from '../clock.ts'
import type { Pins } from './gpio.ts'

/** What an output does, as read back from it. */
export interface ActuatorState {
  readonly on: boolean
  /** Milliseconds until it goes back to its safe state by itself; undefined while it is there. */
  readonly left: number | undefined
}

/** An opened output. It is in its safe state when it is opened, and put there before it is closed. */
export interface Actuator {
  /** Whether the output stays as it is when this process is killed; undefined where the system does not tell. */
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
  /** The state at start, at stop, and whenever nobody said otherwise for long. */
  readonly safe: 'on' | 'off'
  /** Milliseconds that it may be away from its safe state, however often it is told so. */
  readonly maxOn: number
}

export interface ActuatorDefinition {
  readonly type: string
  /** For people. */
  readonly title: string
  readonly bus: 'gpio'
  /** Takes the line, in its safe state from the first moment on. @throws as Pins.output() */
  open(
    pins: Pins,
    line: string,
    options: ActuatorOptions,
    context: { readonly clock: Clock }
  ): Promise<Actuator>
}
