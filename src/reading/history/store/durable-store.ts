import { close, fdatasync, open } from 'node:fs'
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
import type { Salvaged } from './salvage.ts'

export interface DurableStoreOptions {
  /** A file, or ':memory:'. */
  readonly path: string
  readonly clock: Clock
  readonly log: Log
  /** Copies what can be read of a damaged file into a new store. */
  readonly salvage: (path: string, into: HistoryStore) => Salvaged
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
  #syncing = false
  /** Files that could not be salvaged: not to be tried again with every write. */
  readonly #given = new Set<string>()
  #salvaged: Salvaged = { saved: 0, lost: 0 }

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

  /** Whether what is on disk can be read: if not, nothing is reported as lost. */
  get readable(): boolean {
    return this.#readable
  }

  /** How many readings were salvaged from damaged files since the start, and were not. */
  get salvaged(): Salvaged {
    return this.#salvaged
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
      this.#account(store)
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
      this.#salvage(store)
      this.close()
      this.#store = store
      this.#frames = 0
      this.#moved = 0
      this.#readable = true
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

  /** What damaged files still have goes into the new one; where that fails, the next start tries again. */
  #salvage(store: HistoryStore): void {
    if (this.file === null) return
    for (const file of unreadFiles(this.file)) if (!this.#given.has(file)) this.#salvageFile(file, store)
  }

  #salvageFile(file: string, store: HistoryStore): void {
    const { log, salvage } = this.#options
    try {
      const { saved, lost } = salvage(file, store)
      this.#salvaged = { saved: this.#salvaged.saved + saved, lost: this.#salvaged.lost + lost }
      const rest = lost === 0 ? 'no loss was found' : `at least ${lost} are lost`
      log.warn(`${saved} readings of the damaged history were salvaged, ${rest}`, { aside: markRead(file) })
    } catch (error) {
      this.#given.add(file)
      log.error(
        `the damaged history is not salvaged: ${describeError(error)}; the next start tries it again`,
        { aside: file }
      )
    }
  }

  #recover(): void {
    if (this.#state !== 'ok') this.#options.log.info('history is written again', { file: this.#options.path })
    this.#state = 'ok'
    this.#error = undefined
  }

  #account(store: HistoryStore): void {
    if (this.file === null) return
    const { written, moved } = store.logPages()
    // A log that begins anew counts from 0 again.
    const frames = written >= this.#frames ? written - this.#frames : written
    const movedNow = moved >= this.#moved ? moved - this.#moved : moved
    // Of the frames of one page only the last is moved.
    const pages = Math.min(movedNow, store.pages())
    this.#frames = written
    this.#moved = moved
    this.#bytesWritten += frames * (store.pageSize() + FRAME_HEAD) + pages * store.pageSize()
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
    open(`${this.file}-wal`, 'r+', (error, descriptor) => {
      if (error !== null) {
        this.#syncing = false
        // No log: the file was closed meanwhile, which synced it.
        if (error.code !== 'ENOENT') failed(error)
        return
      }
      fdatasync(descriptor, (error) => {
        if (error !== null) failed(error)
        close(descriptor, () => {
          this.#syncing = false
        })
      })
    })
  }
}

/** Primary result code of SQLite (sqlite.org/rescode.html). */
const READONLY = 8

function stateOf(error: unknown): HistoryState {
  if (isFull(error)) return 'full'
  return resultCode(error) === READONLY ? 'read-only' : 'failing'
}
