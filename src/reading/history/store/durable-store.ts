import { open } from 'node:fs/promises'
import type { DatabaseSync } from 'node:sqlite'
import type { Clock } from '../../../clock.ts'
import { describeError, isNodeError } from '../../../error.ts'
import type { Log } from '../../../log.ts'
import type { HistoryState } from '../history.ts'
import {
  asideFiles,
  isDamage,
  isFull,
  markRead,
  openDatabase,
  resultCode,
  setAside,
  unreadFiles
} from './database-file.ts'
import { HistoryStore } from './history-store.ts'
import { FRAME_HEAD } from './page-file.ts'

export interface DurableStoreOptions {
  /** A file, or ':memory:'. */
  readonly path: string
  readonly clock: Clock
  readonly log: Log
  /** Opens the database; openDatabase unless given. */
  readonly open?: ((path: string) => DatabaseSync) | undefined
}

/**
 * The store on disk. The disk may be full, read-only, gone or damaged: failures are logged once and do not throw,
 * and each write tries again.
 */
export class DurableStore {
  readonly #options: DurableStoreOptions
  #store: HistoryStore | undefined
  #state: HistoryState = 'ok'
  #error: string | undefined
  #frames = 0
  #moved = 0
  #bytesWritten = 0
  #readable = false
  #opened = 0
  #syncing = false
  #moving = false
  /** Damaged files that are to be salvaged. */
  #unread: readonly string[] = []
  /** Those that could not be: not to be tried again before the next start. */
  readonly #given = new Set<string>()

  /** @throws NodeError 'history-newer' where a later kith wrote the file */
  constructor(options: DurableStoreOptions) {
    this.#options = options
    this.#open()
  }

  get file(): string | null {
    return this.#options.path === ':memory:' ? null : this.#options.path
  }

  get state(): HistoryState {
    return this.#state === 'ok' && this.file === null ? 'memory' : this.#state
  }

  get error(): string | undefined {
    return this.#error
  }

  /** Bytes written to disk since the start: pages of the log, and pages moved from there into the file. */
  get bytesWritten(): number {
    return this.#bytesWritten
  }

  /** How often the file was opened: another file may have taken its place. */
  get opened(): number {
    return this.#opened
  }

  /** Whether all that is on disk can be read: if not, nothing is reported as lost. */
  get readable(): boolean {
    return this.#readable && this.#unread.length === 0
  }

  /** Damaged files that were set aside and that are to be salvaged, also where an earlier process was killed. */
  get unread(): readonly string[] {
    return this.#unread
  }

  /** Damaged files that were set aside, until they are removed. */
  get damagedFiles(): string[] {
    return this.file === null ? [] : asideFiles(this.file)
  }

  /** Runs `work` as one transaction. @returns whether it was committed */
  write(work: (store: HistoryStore) => void): boolean {
    const ready = this.#state === 'ok' || this.#open()
    const store = this.#store
    if (!ready || store === undefined) return false
    try {
      store.transaction(() => work(store))
      this.#moveLog(this.#account(store), store)
    } catch (error) {
      this.#fail(error)
      return false
    }
    this.#recover()
    this.#sync()
    return true
  }

  /** @returns `otherwise` where the file cannot be read */
  read<T>(work: (store: HistoryStore) => T, otherwise: T): T {
    if (this.#store === undefined) return otherwise
    try {
      return work(this.#store)
    } catch (error) {
      this.#readable = false
      this.#fail(error)
      return otherwise
    }
  }

  /**
   * Takes a damaged file as salvaged, once what was written is on the disk for good.
   * @returns its new path
   */
  async endSalvage(file: string): Promise<string> {
    this.#unread = this.#unread.filter((other) => other !== file)
    await this.#syncLog()
    return markRead(file)
  }

  /** Leaves a damaged file to the next start. */
  giveUpSalvage(file: string): void {
    this.#given.add(file)
    this.#unread = this.#unread.filter((other) => other !== file)
  }

  close(): void {
    try {
      this.#store?.close()
    } catch (error) {
      this.#fail(error)
    }
    this.#store = undefined
  }

  /** Opens the file, or opens it again; where that fails, the former handle goes on being read. @returns whether it is open */
  #open(): boolean {
    try {
      const store = this.#openOrReplace()
      this.close()
      this.#store = store
      this.#unread = this.file === null ? [] : unreadFiles(this.file).filter((file) => !this.#given.has(file))
      this.#frames = 0
      this.#moved = 0
      this.#readable = true
      this.#opened++
      return true
    } catch (error) {
      if (isNodeError(error, 'history-newer')) throw error
      this.#fail(error)
      return false
    }
  }

  #openOrReplace(): HistoryStore {
    const { path, log } = this.#options
    const openFile =
      this.#options.open ??
      ((file: string) =>
        openDatabase(file, (message) => log.warn(message), { isOpen: this.#store !== undefined }))
    try {
      return new HistoryStore(openFile(path))
    } catch (error) {
      if (!isDamage(error)) throw error
      this.#setAside(error)
      return new HistoryStore(openFile(path))
    }
  }

  #fail(error: unknown): void {
    const state = stateOf(error)
    const message = describeError(error)
    if (isDamage(error)) this.#replaceDamaged(error)
    else if (state !== this.#state) {
      const hint = state === 'full' ? '; make room on the disk' : ''
      this.#options.log.warn(
        `history cannot be written: ${message}. New readings are kept in memory${hint}`,
        { file: this.#options.path, state }
      )
    }
    this.#state = state
    this.#error = message
  }

  #replaceDamaged(error: unknown): void {
    const store = this.#store
    this.#store = undefined
    this.#readable = false
    try {
      store?.close()
      this.#setAside(error)
    } catch (again) {
      this.#options.log.error(`the damaged history cannot be set aside: ${describeError(again)}`)
    }
  }

  #setAside(error: unknown): void {
    const aside = setAside(this.#options.path, Math.floor(this.#options.clock.now() / 1000))
    this.#options.log.error(`history is damaged (${describeError(error)}): set aside, a new one begins`, {
      aside
    })
  }

  #recover(): void {
    if (this.#state !== 'ok') this.#options.log.info('history is written again', { file: this.#options.path })
    this.#state = 'ok'
    this.#error = undefined
  }

  /** @returns how many pages of the log are not moved into the file */
  #account(store: HistoryStore): number {
    if (this.file === null) return 0
    const { written, moved } = store.logPages()
    // A log that begins anew counts from 0 again.
    const frames = written >= this.#frames ? written - this.#frames : written
    const movedNow = moved >= this.#moved ? moved - this.#moved : moved
    // Of the frames of one page only the last is moved.
    const pages = Math.min(movedNow, store.pages())
    this.#frames = written
    this.#moved = moved
    this.#bytesWritten += frames * (store.pageSize() + FRAME_HEAD) + pages * store.pageSize()
    return written - moved
  }

  /** In another thread; here only where that one does not keep up, or cannot be. */
  #moveLog(pages: number, store: HistoryStore): void {
    if (this.file === null) return
    // The thread ends behind a writer that goes on, and a log begins anew only where all of it is moved.
    const isLong = this.#frames >= LOG.max && !this.#moving
    if (isLong || pages >= LOG.max) store.moveLog()
    else if (!this.#moving && pages >= LOG.move) this.#startMoving(this.file, store)
  }

  #startMoving(file: string, store: HistoryStore): void {
    this.#moving = true
    this.#moveInThread(file, store)
      .catch((error: unknown) => {
        this.#options.log.warn(
          `the log of the history cannot be moved into its file: ${describeError(error)}`
        )
      })
      .finally(() => {
        this.#moving = false
      })
  }

  /** Threads of Node are loaded when the first log is long, not at the start. */
  async #moveInThread(file: string, store: HistoryStore): Promise<void> {
    const { moveLog } = await import('./checkpoint.ts')
    if (this.#store === store) await moveLog(file)
  }

  /**
   * Makes the flush last through a power cut without making the event loop wait for the card:
   * synchronous=NORMAL itself syncs the log only before it is moved into the file.
   */
  #sync(): void {
    if (this.file === null || this.#syncing) return
    this.#syncing = true
    const failed = (error: Error): void =>
      this.#options.log.warn(`history cannot be synced: ${error.message}`)
    void this.#syncLog()
      .catch(failed)
      .then(() => {
        this.#syncing = false
      })
  }

  async #syncLog(): Promise<void> {
    try {
      await using log = await open(`${this.file}-wal`, 'r+')
      await log.datasync()
    } catch (error) {
      // No log: the file was closed meanwhile, which synced it.
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
    }
  }
}

/** Pages of the log at which it is moved into the file, and at which everything waits for that: 4 and 16 MiB. */
const LOG = { move: 4096, max: 16_384 }

/** Primary result code of SQLite (sqlite.org/rescode.html). */
const READONLY = 8

function stateOf(error: unknown): HistoryState {
  if (isFull(error)) return 'full'
  return resultCode(error) === READONLY ? 'read-only' : 'failing'
}
