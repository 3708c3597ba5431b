/** Summary of one figure over many runs. */
export interface Summary {
  readonly count: number
  readonly min: number
  readonly p50: number
  readonly p99: number
}

export function summarize(times: readonly number[]): Summary {
  const sorted = times.toSorted((one, other) => one - other)
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
  return { count: sorted.length, min: at(0), p50: at(0.5), p99: at(0.99) }
}

export interface Turns {
  readonly rounds: number
  /** Calls of each contender a round that are counted. */
  readonly batch: number
  /**
   * Calls before them that are not counted: the state that the previous contender left (caches, power states of
   * the processor) would change the figures. Raw UDP after a busy contender is a fifth faster for 20 ms than
   * alone.
   */
  readonly lead: number
  /** Calls of each before the first round. */
  readonly warmup: number
}

/**
 * Times contenders by turns, so that other load of the machine affects all of them alike.
 * @returns milliseconds of each call, by contender
 */
export async function alternate(
  contenders: ReadonlyMap<string, () => Promise<unknown>>,
  { rounds, batch, lead, warmup }: Turns
): Promise<Map<string, number[]>> {
  const times = new Map(Array.from(contenders.keys(), (name) => [name, [] as number[]]))
  for (const run of contenders.values()) for (let i = 0; i < warmup; i++) await run()
  for (let round = 0; round < rounds; round++) {
    for (const [name, run] of contenders) {
      for (let i = 0; i < lead; i++) await run()
      for (let i = 0; i < batch; i++) {
        const began = performance.now()
        await run()
        times.get(name)?.push(performance.now() - began)
      }
    }
  }
  return times
}

/** Rows with aligned columns, the first to the left. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)
      )
      .join('  ')
  return rows.map(line).join('\n')
}
