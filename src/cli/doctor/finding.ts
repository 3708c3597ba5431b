import type { Clock } from '../../clock.ts'
import type { NodeConfig } from '../../config/schema.ts'
import type { Operations } from '../../node/api/operations.ts'

/** One thing that was looked at. */
export interface Finding {
  /** ok; warn: kith works, with less; bad: something does not work. */
  readonly state: 'ok' | 'warn' | 'bad'
  /** `clock`, `i2c-1` */
  readonly about: string
  readonly text: string
  /** What to do about it, as a sentence or a command to type. */
  readonly cure?: string
}

/** What the checks may use. */
export interface DoctorContext {
  readonly home: string
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Undefined where the configuration does not load. */
  readonly config: NodeConfig | undefined
  /** The node that runs in the home, if one does. */
  readonly node: Operations | undefined
}

export type Check = (context: DoctorContext) => Promise<Finding[]>

export function ok(about: string, text: string): Finding {
  return { state: 'ok', about, text }
}

export function warn(about: string, text: string, cure: string): Finding {
  return { state: 'warn', about, text, cure }
}

export function bad(about: string, text: string, cure: string): Finding {
  return { state: 'bad', about, text, cure }
}

export function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error)
}
