/** One start of a sampling process, or the part of one with a known or unknown clock (docs/protocols.md section 5). */
export interface Run {
  /** Rises with every run: a whole number below 2^53. */
  readonly epoch: number
  /** 8 random bytes as 16 hexadecimal digits. */
  readonly boot: string
}

/** Where a reading stands in its series: seq is 0, 1, 2 … within a run. */
export interface Position extends Run {
  readonly seq: number
}

export function sameRun(a: Run, b: Run): boolean {
  return a.epoch === b.epoch && a.boot === b.boot
}

/**
 * Orders runs by epoch, then by boot (the same epoch with two boots is two nodes with one key: kept
 * apart, in a stable order), then positions by seq.
 */
export function comparePositions(a: Position, b: Position): number {
  if (a.epoch !== b.epoch) return a.epoch - b.epoch
  if (a.boot !== b.boot) return a.boot < b.boot ? -1 : 1
  return a.seq - b.seq
}

/** The highest of the positions; undefined where there is none. */
export function newestPosition(positions: Iterable<Position>): Position | undefined {
  let newest: Position | undefined
  for (const position of positions)
    if (newest === undefined || comparePositions(position, newest) > 0) newest = position
  return newest
}
