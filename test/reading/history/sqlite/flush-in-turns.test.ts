import { copyFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import t from 'tap'
import type { SqliteHistory } from '../../../../src/reading/history/sqlite/sqlite-history.ts'
import { historyBench, readingsOf, runOf, smallLimits, them, topic } from '../../../support/history.ts'

const run = runOf(10)
const DEVICES = 600
const ROWS = 60
/** Whose rows no block replaces: more than one turn writes. */
const WITHOUT = 180
const limits = { ...smallLimits, bytes: 2 ** 20 }

const rowsOf = (device: number) => readingsOf(them.peer, run, 0, ROWS - 1, `d${device}`)

function chunks(path: string): { count: number; groups: number } {
  const db = new DatabaseSync(path, { readOnly: true })
  const row = db.prepare('SELECT count(*) AS n, count(DISTINCT id >> 20) AS groups FROM chunks').get()
  db.close()
  return { count: Number(row?.['n']), groups: Number(row?.['groups']) }
}

/** What a kill at each turn of the event loop would leave, until nothing happens. */
async function killedInTurns(path: string, work: () => Promise<void>): Promise<string[]> {
  const copies: string[] = []
  let last = ''
  const done = work()
  for (let idle = 0; idle < 20; idle++) {
    const { count, groups } = chunks(path)
    const state = `${count} in ${groups}`
    if (state !== last) {
      idle = 0
      last = state
      const copy = `${path}.${copies.length}`
      for (const end of ['', '-wal']) if (existsSync(path + end)) copyFileSync(path + end, copy + end)
      copies.push(copy)
    }
    await new Promise((resolve) => setImmediate(resolve))
  }
  await done
  return copies
}

const kept = (history: SqliteHistory, device: number): number =>
  history.readings({ series: `${them.peer}/d${device}/temperature`, limit: 999 }).length

t.test(
  'rows are written some tails a turn, and a kill between two turns loses none that were written',
  async (t) => {
    const path = join(t.testdir(), 'history.sqlite')
    const { history, clock } = historyBench({ path, limits })
    for (let device = 0; device < DEVICES; device++) history.put(them.pack(topic, rowsOf(device)))
    const first = await killedInTurns(path, () => clock.advance(60_000))
    t.ok(first.length > 3, `${first.length} turns`)
    t.equal(chunks(path).groups, first.length - 1, 'a group a turn')

    // Most rows are needed no more, so that the others are written anew and all former chunks deleted.
    for (let device = WITHOUT; device < DEVICES; device++) history.put(them.block(topic, rowsOf(device)))
    const before = chunks(path).count
    const turns = await killedInTurns(path, () => clock.advance(60_000))
    t.ok(turns.length > 2, `${turns.length} turns`)
    t.ok(chunks(path).count < before / 2)
    history.close()
    for (const copy of turns) {
      const { history: again } = historyBench({ path: copy, limits })
      const counts = Array.from({ length: DEVICES }, (_, device) => kept(again, device))
      t.ok(
        counts.every((count) => count === ROWS),
        `all of ${counts.length} after a kill with ${chunks(copy).count} chunks`
      )
      again.put(them.pack(topic, rowsOf(DEVICES)))
      again.flush()
      t.ok(chunks(copy).count <= before + 1, `${chunks(copy).count}: what is there twice goes`)
      again.close()
    }
  }
)
