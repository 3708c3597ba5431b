import type { ProblemView } from '../../config/config-error.ts'

export interface ConfigReload {
  /** `refused`: it has errors, and the one of before stays in force; `checked`: it has none, and was not applied. */
  state: 'applied' | 'unchanged' | 'refused' | 'checked'
  /** Options that have changed, and sensors by name: `log.level`, `sensors.air`. */
  changed: string[]
  /** Options of the file that wait for the next start. */
  pending: string[]
  /** Every error, or warnings. */
  problems: ProblemView[]
}

export interface ConfigStatus {
  /** Options of the file that wait for the next start. */
  pending: string[]
  /** Why the newest content of the file is not in force, and since when, in Unix seconds. */
  refused?: { at: number; problems: ProblemView[] }
}
