import { copyFileSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
import { VirtualClock } from '../../src/hal/simulated/virtual-clock.ts'
import type { ClockStatus } from '../../src/hal/time-source.ts'
import { type Log, type LogFields, silentLog } from '../../src/log.ts'
import type { HistoryLimits } from '../../src/reading/history/limits.ts'
import type { SqliteHistoryOptions } from '../../src/reading/history/sqlite/options.ts'
import { SqliteHistory } from '../../src/reading/history/sqlite/sqlite-history.ts'
import { openDatabase } from '../../src/reading/history/store/database-file.ts'
import type { Reading } from '../../src/reading/reading.ts'
import type { Run } from '../../src/reading/run.ts'
import { createSealer } from '../../src/reading/signed/sealer.ts'
import { allQuantities, readingOf, seeded, testSigner } from './readings.ts'

export const topic = '/sensor/temp/v1'
export const us = createSealer(testSigner(1), allQuantities)
export const them = createSealer(testSigner(2), allQuantities)

export function runOf(epoch: number, boot = epoch.toString(16).padStart(16, '0')): Run {
  return { epoch, boot }
}

/** Readings `from` to `to` of a run, one a second. */
export function readingsOf(peer: string, run: Run, from: number, to: number, device = 'hall'): Reading[] {
  return Array.from({ length: to - from + 1 }, (_, i) =>
    readingOf(peer, {
      series: `${peer}/${device}/temperature`,
      position: { ...run, seq: from + i },
      time: 1_767_225_600 + from + i,
      mono: (from + i) * 1000,
      interval: 1,
      value: 20 + ((from + i) % 100) / 100
    })
  )
}

/** The same with values that deflate to not much less. */
export function noisy(readings: readonly Reading[]): Reading[] {
  const random = seeded(3 + readings.length)
  return readings.map(({ fault: _, ...reading }) => ({ ...reading, value: 20 + random() }))
}

export interface HistoryBench {
  readonly clock: VirtualClock
  readonly history: SqliteHistory
  status: ClockStatus
}

export const smallLimits: HistoryLimits = {
  flush: 60_000,
  flushBytes: 2 ** 20,
  blockAge: 900_000,
  age: 30 * 86_400_000,
  bytes: 2 ** 26,
  memoryBytes: 2 ** 22,
  sealBytes: 2 ** 22
}

/** A history of ours in virtual time: small limits, so that tests come to them. */
export function historyBench(changes: Partial<SqliteHistoryOptions> = {}): HistoryBench {
  const clock = changes.clock instanceof VirtualClock ? changes.clock : new VirtualClock()
  const bench = { clock, status: { quality: 0, errorBound: 0.05, offset: 0 } as ClockStatus }
  const history = new SqliteHistory({
    path: ':memory:',
    clock,
    log: silentLog,
    sealer: us,
    time: () => bench.status,
    topicOf: (quantity) => (quantity === 'temperature' ? topic : undefined),
    maxPayloadOf: () => 1024,
    limits: smallLimits,
    ...changes
  })
  return Object.assign(bench, { history })
}

/** A history of a run of ours in a file, whose database the test can get at, as a disk would. */
export function diskBench(path: string, changes: Partial<SqliteHistoryOptions> = {}) {
  const log = keptLog()
  const opened: DatabaseSync[] = []
  let broken: Error | undefined
  const { history, clock } = historyBench({
    path,
    log,
    open: (path) => {
      if (broken !== undefined) throw broken
      const db = openDatabase(path)
      opened.push(db)
      return db
    },
    ...changes
  })
  history.beginRun(runOf(10), { mono: 0, unix: 1_767_225_600, quality: 0 })
  return {
    history,
    clock,
    log,
    pragma: (text: string) => opened.at(-1)?.exec(`PRAGMA ${text}`),
    breakOpening: (error: Error | undefined) => {
      broken = error
    }
  }
}

/** Lets time pass until nothing is left to salvage and the damaged files have their last names. */
export async function untilSalvaged({
  history,
  clock
}: Pick<HistoryBench, 'history' | 'clock'>): Promise<void> {
  const { damage } = history.status()
  if (damage === undefined || !damage.files.some((file) => file.endsWith('.unread'))) return
  await clock.advance(1000)
  await setImmediate()
  await untilSalvaged({ history, clock })
}

export interface LogLine {
  readonly level: keyof Log
  readonly message: string
  readonly fields?: LogFields | undefined
}

/** A log that keeps its lines. */
export function keptLog(): Log & { readonly lines: LogLine[] } {
  const lines: LogLine[] = []
  const at =
    (level: keyof Log) =>
    (message: string, fields?: LogFields): void => {
      lines.push({ level, message, fields })
    }
  return { lines, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

/** A copy of a history as a kill would leave it. @returns its path */
export function copied(path: string, name: string): string {
  const copy = `${path}.${name}`
  for (const end of ['', '-wal']) copyFileSync(path + end, copy + end)
  return copy
}

export const DEVICES = Array.from({ length: 8 }, (_, i) => `d${i}`)

/** Packs of one reading each of many devices. */
export function widePacks(count: number) {
  return Array.from({ length: count }, (_, seq) =>
    them.pack(
      topic,
      DEVICES.flatMap((device) => readingsOf(them.peer, runOf(10), seq, seq, device))
    )
  )
}
