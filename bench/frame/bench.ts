import type { Code } from './code.ts'

/** One measurement: `npm run bench -- NAME`. */
export interface Bench {
  readonly name: string
  /** What is measured, in a sentence. */
  readonly what: string
  measure(setting: Setting): Promise<readonly Table[]>
}

/** How a bench is run. */
export interface Setting {
  /** More rounds or more calls, or longer ones, as its table says: the figures repeat better. */
  readonly isFull: boolean
  /** The sources and the bundle. */
  readonly codes: readonly Code[]
  /** The folder for the profile of each process; none is made unless given. */
  readonly profile: string | undefined
  /** Minutes of a run that is a check; only the gateway has one. */
  readonly minutes: number | undefined
  /** Sizes that replace those of the bench; only the gateway has some. */
  readonly sizes: readonly number[]
  /** A line about the progress. */
  readonly tell: (line: string) => void
}

export interface Column {
  readonly name: string
  readonly unit?: string
  /** Decimals that are shown; 0 unless given. */
  readonly digits?: number
}

export interface Row {
  /** The contender. */
  readonly name: string
  /** In the order of the columns; undefined where it has no such figure. */
  readonly figures: readonly (number | undefined)[]
  /** Why it was not measured, and how to get it. */
  readonly missing?: string
}

export interface Table {
  readonly title: string
  /** What the figures depend on: sizes, counts, versions. */
  readonly conditions: readonly string[]
  readonly columns: readonly Column[]
  readonly rows: readonly Row[]
  /** Of a run that is a check: what failed. */
  readonly failures?: readonly string[]
}

/** A contender that is not here. The message says how to get it. */
export class Missing extends Error {
  override readonly name = 'Missing'
}
