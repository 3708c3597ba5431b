import type { Clock } from '../../clock.ts'
import type { NodeConfig } from '../../config/schema.ts'
import type { Operations } from '../api/operations.ts'

/** The result of one check. */
export interface Finding {
  /** warn: kith works with restrictions; bad: something does not work. */
  readonly state: 'ok' | 'warn' | 'bad'
  /** `clock`, `i2c-1` */
  readonly about: string
  readonly text: string
  /** The hint: what to do, as a sentence or a command. A key of `kith doctor --json`, kept for scripts. */
  readonly cure?: string
}

/** What a check receives. */
export interface DoctorContext {
  readonly home: string
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Undefined where the configuration does not load. */
  readonly config: NodeConfig | undefined
  /** The node that runs in the home, if any. */
  readonly node: Operations | undefined
}

export type Check = (context: DoctorContext) => Promise<Finding[]>

export function ok(about: string, text: string): Finding {
  return { state: 'ok', about, text }
}

export function warn(about: string, text: string, hint: string): Finding {
  return { state: 'warn', about, text, cure: hint }
}

export function bad(about: string, text: string, hint: string): Finding {
  return { state: 'bad', about, text, cure: hint }
}

export function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error)
}
