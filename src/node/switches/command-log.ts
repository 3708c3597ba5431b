import type { Cancel, Clock } from '../../clock.ts'
import type { ClockStatus } from '../../hal/time-source.ts'
import { correctedTime } from '../../reading/corrected-time.ts'
import type { CommandRow, CommandsKept } from '../../reading/history/store/command-table.ts'
import { Refusals } from './refusals.ts'

/** Where the log is kept. */
export interface CommandStore {
  /** @returns whether they were written */
  addCommands(rows: readonly CommandRow[], kept: CommandsKept): boolean
  /** The newest, oldest of them first. */
  commands(limit: number, name: string | undefined): CommandRow[]
}

export interface CommandLogInit {
  readonly clock: Clock
  readonly store: CommandStore
  readonly time: () => ClockStatus
  readonly rows: number
  /** Milliseconds. */
  readonly age: number
}

export type NewCommand = Omit<CommandRow, 'time' | 'quality' | 'times'>

/** Milliseconds from a command to its row on disk: a crash loses at most the commands of this time. */
const FLUSH = 1000
/** Milliseconds in which refusals are gathered. */
const GATHER = 60_000
/** Rows that wait while the disk takes nothing; beyond them the oldest are lost. */
const WAITING = 1024

/** What was commanded and what came of it. Nothing is done while nothing is commanded. */
export class CommandLog {
  readonly #init: CommandLogInit
  #waiting: CommandRow[] = []
  /** Of this minute. */
  readonly #refusals = new Refusals()
  #cancel: Cancel | undefined
  #gathering: Cancel | undefined

  constructor(init: CommandLogInit) {
    this.#init = init
  }

  add(command: NewCommand): void {
    const row = this.#rowOf(command)
    if (command.text === null) this.#append(row)
    else this.#refused(row)
  }

  /** The newest, oldest of them first. */
  newest(limit: number, name?: string): CommandRow[] {
    this.flush()
    const waiting = [...this.#waiting, ...this.#refusals.rows].filter(
      (row) => name === undefined || row.name === name
    )
    return [...this.#init.store.commands(limit, name), ...waiting].slice(-limit)
  }

  stop(): void {
    this.#gathered()
    this.flush()
  }

  /** Writes what waits. */
  flush(): void {
    this.#cancel?.()
    this.#cancel = undefined
    if (this.#waiting.length === 0) return
    const { store, rows, age } = this.#init
    const now = this.#now()
    const since = now.quality === 0 && now.time !== null ? now.time - age / 1000 : undefined
    if (store.addCommands(this.#waiting, { rows, since })) this.#waiting = []
    else this.#waiting = this.#waiting.slice(-WAITING)
  }

  #rowOf(command: NewCommand): CommandRow {
    return { ...command, ...this.#now(), times: 1 }
  }

  #now(): Pick<CommandRow, 'time' | 'quality'> {
    const { clock, time } = this.#init
    const status = time()
    return { time: correctedTime(clock, status) ?? null, quality: status.quality }
  }

  #append(row: CommandRow): void {
    this.#waiting.push(row)
    this.#cancel ??= this.#init.clock.after(FLUSH, () => this.flush())
  }

  /** What was counted is written at the end of the minute. */
  #refused(row: CommandRow): void {
    this.#gathering ??= this.#init.clock.after(GATHER, () => this.#gathered())
    if (this.#refusals.add(row)) this.#append(row)
  }

  #gathered(): void {
    this.#gathering?.()
    this.#gathering = undefined
    for (const row of this.#refusals.rows) this.#append(row)
    this.#refusals.clear()
  }
}
