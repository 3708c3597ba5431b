import type { ProblemView } from '../../config/config-error.ts'
import type { ConfigReload } from '../configuration/views.ts'

/** The configuration of another node. */
export interface ConfigView {
  /** The file there. */
  file: string
  /** The SHA-256 of the file, in hex: `base` of a put. */
  sha256: string
  /** The content of the file. Absent where it has secrets, which are shown to nobody. */
  text?: string
  /** Options that are set, with where; secrets without their value. Absent where the file has errors. */
  options?: { path: string; text: string; origin: string }[]
  /** What is wrong with the file. */
  problems: ProblemView[]
}

/** What became of a configuration that was put. */
export interface ConfigPutResult extends ConfigReload {
  /** To confirm it with. Absent where nothing was put. */
  ticket?: string
  /** Seconds within which it is to be confirmed, or the one of before comes back. */
  confirm?: number
}
