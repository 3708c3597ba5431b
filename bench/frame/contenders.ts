import { type Column, Missing, type Row } from './bench.ts'
import { summarize } from './statistics.ts'

/** One of those that are measured by turns. */
export interface Contender {
  readonly name: string
  /** Ready to be measured. @throws Missing where it is not here */
  open(): Promise<Opened>
}

export interface Opened {
  /** Figures of one round, in the order of the columns. */
  round(): Promise<readonly (number | undefined)[]>
  close(): Promise<void>
}

/**
 * Measures contenders round by round, so that other load of the machine affects all of them alike.
 * @returns a row of each: the median of each figure
 */
export async function byTurns(
  contenders: readonly Contender[],
  columns: readonly Column[],
  rounds: number
): Promise<Row[]> {
  const opened = new Map<string, Opened>()
  const missing = new Map<string, string>()
  const all = new Map(contenders.map(({ name }) => [name, [] as (readonly (number | undefined)[])[]]))
  try {
    for (const { name, open } of contenders) {
      const one = await open().catch((error: unknown) => {
        if (!(error instanceof Missing)) throw new Error(`${name}: ${describe(error)}`)
        missing.set(name, error.message)
      })
      if (one !== undefined) opened.set(name, one)
    }
    for (let round = 0; round < rounds; round++)
      for (const [name, one] of opened) all.get(name)?.push(await one.round())
  } finally {
    await Promise.all(Array.from(opened.values(), (one) => one.close()))
  }
  return contenders.map(({ name }) => rowOf(name, columns, all.get(name) ?? [], missing.get(name)))
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function rowOf(
  name: string,
  columns: readonly Column[],
  rounds: readonly (readonly (number | undefined)[])[],
  missing: string | undefined
): Row {
  if (missing !== undefined) return { name, figures: [], missing }
  const figures = columns.map((_, index) => {
    const values = rounds.map((round) => round[index]).filter((one) => one !== undefined)
    return values.length === 0 ? undefined : summarize(values).p50
  })
  return { name, figures }
}

/** Rows with one more figure: a figure of each divided by that of the first row whose name begins so. */
export function besides(rows: readonly Row[], name: string, index = 0): Row[] {
  const base = rows.find((row) => row.name.startsWith(name))?.figures[index]
  return rows.map((row) => {
    const figure = row.figures[index]
    const ratio = base === undefined || figure === undefined ? undefined : figure / base
    return { ...row, figures: row.missing === undefined ? [...row.figures, ratio] : [] }
  })
}
