import type { ProblemView } from '../../config/config-error.ts'

export interface ConfigReload {
  /** `refused`: it has errors, and the one of before stays in force; `checked`: it has none, and was not applied. */
  state: 'applied' | 'unchanged' | 'refused' | 'checked'
  /** Options that have changed, and sensors by name: `log.level`, `sensors.air`. */
  changed: string[]
  /** Options of the file that are not in force: they wait for the next start, or could not be applied. */
  pending: string[]
  /** Every error of the file; else what could not be applied, as errors, and warnings. */
  problems: ProblemView[]
}

export interface ConfigStatus {
  /** Options of the file that are not in force: they wait for the next start, or could not be applied. */
  pending: string[]
  /** Of those, what could not be applied, and why: each reload tries it again. */
  failed?: ProblemView[]
  /** Why the newest content of the file is not in force, and since when, in Unix seconds. */
  refused?: { at: number; problems: ProblemView[] }
}
