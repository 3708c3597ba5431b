import { comparePositions, type Run } from '../../run.ts'
import type { AnchoredRun, RunAnchor } from '../history.ts'
import type { NameTable } from '../store/name-table.ts'
import { RecentSealed } from './recent-sealed.ts'
import type { Tails } from './tails.ts'

type Names = Pick<NameTable, 'topic' | 'runs'> & { series(): { name: string; topic: string }[] }

interface Anchored {
  readonly peer: string
  readonly run: Run
  readonly anchor: RunAnchor
}

/** What is in memory of the history: tails, and what is not on disk yet. Nothing here can fail. */
export class Recent {
  readonly tails: Tails
  readonly sealed = new RecentSealed()
  /** Of runs, until they are written. */
  readonly #anchors = new Map<string, Anchored>()

  constructor(tails: Tails) {
    this.tails = tails
  }

  anchor(peer: string, { epoch, boot }: Run, anchor: RunAnchor): void {
    this.#anchors.set(`${peer} ${epoch} ${boot}`, { peer, run: { epoch, boot }, anchor })
  }

  /** Those that are not written. */
  anchors(): [key: string, anchored: Anchored][] {
    return [...this.#anchors]
  }

  /** @param written unless it was replaced since */
  anchorWritten(key: string, written: Anchored): void {
    if (this.#anchors.get(key) === written) this.#anchors.delete(key)
  }

  /** As a store on disk has them. */
  readonly names: Names = {
    topic: (series) => this.tails.of(series)[0]?.topic ?? this.sealed.topic(series),
    series: () => {
      const names = new Set(this.tails.all().map(({ series }) => series))
      for (const author of this.sealed.authors())
        for (const { series } of this.sealed.series(author)) names.add(series)
      return [...names].map((name) => ({ name, topic: this.names.topic(name) ?? '' }))
    },
    runs: (peer, min) => this.#runsOf(peer).filter((run) => compareRuns(run, min) >= 0)
  }

  #runsOf(peer: string): AnchoredRun[] {
    const unknown: RunAnchor = { mono: 0, unix: null, quality: 2 }
    const runs = new Map<string, AnchoredRun>()
    const found = [...this.tails.ofAuthor(peer), ...this.sealed.series(peer)]
    for (const { run } of found) runs.set(`${run.epoch} ${run.boot}`, { ...run, ...unknown })
    for (const { peer: author, run, anchor } of this.#anchors.values())
      if (author === peer) runs.set(`${run.epoch} ${run.boot}`, { ...run, ...anchor })
    return [...runs.values()].sort(compareRuns)
  }
}

function compareRuns(a: Run, b: Run): number {
  return comparePositions({ ...a, seq: 0 }, { ...b, seq: 0 })
}
