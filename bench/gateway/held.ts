import type { RunningNode } from '../../src/node/run-node.ts'

/** Ranges of positions, both ends included, by series and run. */
export type Held = Readonly<Record<string, readonly (readonly [from: number, to: number])[]>>

/** What the history of a node has of an author. */
export function heldOf({ assembled }: RunningNode, author: string): Held {
  const { history } = assembled.storage
  const runs = history
    .series(author)
    .flatMap((series) =>
      history.held(series).map(({ run, ranges }) => [`${series} ${run.epoch}/${run.boot}`, ranges] as const)
    )
  return Object.fromEntries(runs)
}

/** Positions that one has and the other lacks, each as series, run and number. */
export function lacking(one: Held, other: Held): string[] {
  const has = (run: string, seq: number): boolean =>
    (other[run] ?? []).some(([from, to]) => from <= seq && seq <= to)
  return Object.entries(one).flatMap(([run, ranges]) =>
    ranges.flatMap(([from, to]) =>
      Array.from({ length: to - from + 1 }, (_, i) => from + i)
        .filter((seq) => !has(run, seq))
        .map((seq) => `${run}/${seq}`)
    )
  )
}

export function countOf(held: Held): number {
  return Object.values(held)
    .flat()
    .reduce((sum, [from, to]) => sum + to - from + 1, 0)
}
