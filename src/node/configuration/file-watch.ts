import { statSync } from 'node:fs'
import { type Cancel, type Clock, every } from '../../clock.ts'

export interface FileWatchInit {
  readonly file: string
  readonly clock: Clock
  /** The file has other content, and was left alone for one look. */
  readonly changed: () => void
}

/** Milliseconds between looks. Not every file system reports changes, and all editors write differently. */
const INTERVAL = 1_000

/**
 * Looks whether a file was written or replaced. Several writes in a row are one change: it is told when a look finds
 * the file as the one before did. A file that is away was not changed: an editor may be replacing it.
 */
export class FileWatch {
  readonly #init: FileWatchInit
  #told: string | undefined
  #seen: string | undefined
  #stop: Cancel | undefined

  constructor(init: FileWatchInit) {
    this.#init = init
  }

  /** Does nothing where it watches already. */
  start(): void {
    if (this.#stop !== undefined) return
    this.#told = this.#seen = this.#state()
    this.#stop = every(this.#init.clock, INTERVAL, () => this.#look())
  }

  stop(): void {
    this.#stop?.()
    this.#stop = undefined
  }

  #look(): void {
    const state = this.#state()
    const isSettled = state === this.#seen
    this.#seen = state
    if (!isSettled || state === undefined || state === this.#told) return
    this.#told = state
    this.#init.changed()
  }

  /** undefined where the file cannot be found. */
  #state(): string | undefined {
    try {
      const { ino, size, mtimeNs, ctimeNs } = statSync(this.#init.file, { bigint: true })
      return `${ino} ${size} ${mtimeNs} ${ctimeNs}`
    } catch {
      return undefined
    }
  }
}
