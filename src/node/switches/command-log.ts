import type { Cancel, Clock } from '../../clock.ts'
import type { ClockStatus } from '../../hal/time-source.ts'
import { correctedTime } from '../../reading/corrected-time.ts'
import type { CommandRow, CommandsKept } from '../../reading/history/store/command-table.ts'

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
/** Milliseconds in which equal refusals are one row. */
const GATHER = 60_000
/** Different refusals of that time that get a row each; the others share one. */
const REFUSALS = 32
/** The same of those who may command nothing, whose rows wait for the end of that time. */
const STRANGERS = 8
/** Rows that wait while the disk takes nothing; beyond them the oldest are lost. */
const WAITING = 1024

interface Refusals {
  row: CommandRow
  /** How often it came that no row tells of yet. */
  times: number
}

/** Answers of refusals for which nobody needs a right: what they are about is the asker's choice. */
const WITHOUT_RIGHT: readonly string[] = ['denied', 'busy']

/** What was commanded and what came of it. Nothing is done while nothing is commanded. */
export class CommandLog {
  readonly #init: CommandLogInit
  #waiting: CommandRow[] = []
  /** Refusals that were written in this minute, and how often they came since. */
  readonly #refusals = new Map<string, Refusals>()
  readonly #strangers = new Map<string, Refusals>()
  #others: Refusals | undefined
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

  /** The newest, oldest of them first, also those that wait for the end of their minute. */
  newest(limit: number, name?: string): CommandRow[] {
    this.#gathered()
    this.flush()
    const waiting = this.#waiting.filter((row) => name === undefined || row.name === name)
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

  /** The first of equal refusals is written at once, how many followed at the end of the minute. */
  #refused(row: CommandRow): void {
    this.#gathering ??= this.#init.clock.after(GATHER, () => this.#gathered())
    if (WITHOUT_RIGHT.includes(row.answer)) this.#refusedStranger(row)
    else {
      const key = JSON.stringify([row.peer, row.who, row.name, row.asked, row.answer])
      const known = this.#refusals.get(key)
      if (known !== undefined) known.times += 1
      else if (this.#refusals.size >= REFUSALS) this.#another(row)
      else {
        this.#refusals.set(key, { row, times: 0 })
        this.#append(row)
      }
    }
  }

  /** One row a minute for each, whatever it asks for. */
  #refusedStranger(row: CommandRow): void {
    const key = JSON.stringify([row.peer, row.who, row.answer])
    const known = this.#strangers.get(key)
    if (known === undefined && this.#strangers.size >= STRANGERS) this.#another(row)
    else if (known === undefined) this.#strangers.set(key, { row, times: 1 })
    else {
      known.times += 1
      if (known.row.name !== row.name) known.row = { ...known.row, name: '' }
      if (known.row.asked !== row.asked) known.row = { ...known.row, asked: '' }
    }
  }

  #another(row: CommandRow): void {
    const shared = { name: '', peer: null, who: 'others', asked: '', lease: null, answer: 'refused' }
    this.#others ??= { row: { ...row, ...shared, text: 'each for its reason' }, times: 0 }
    this.#others.times += 1
  }

  #gathered(): void {
    this.#gathering?.()
    this.#gathering = undefined
    const others = this.#others === undefined ? [] : [this.#others]
    const all = [...this.#refusals.values(), ...this.#strangers.values(), ...others]
    this.#refusals.clear()
    this.#strangers.clear()
    this.#others = undefined
    for (const { row, times } of all) if (times > 0) this.#append({ ...row, ...this.#now(), times })
  }
}
