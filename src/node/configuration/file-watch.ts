import { readFileSync, statSync } from 'node:fs'
import { type Cancel, type Clock, every } from '../../clock.ts'
import { MAX_CHARACTERS } from '../../config/yaml/yaml-source.ts'

export interface FileWatchInit {
  readonly file: string
  readonly clock: Clock
  /** The file has other content, and was left alone for some looks. */
  readonly changed: () => void
}

/** Milliseconds between looks. Not every file system reports changes, and all editors write differently. */
const INTERVAL = 1_000
/** Looks in a row that find the file unchanged before it counts as written. */
const QUIET = 2
/** The same, where it is the beginning of what was there: a write that takes its time, or was cut off. */
const QUIET_OF_BEGINNING = 10

/**
 * Looks whether a file was written or replaced. Several writes in a row are one change: it is told once some looks find
 * the file as the one before did. A file that is away was not changed: an editor may be replacing it.
 */
export class FileWatch {
  readonly #init: FileWatchInit
  #told: string | undefined
  #seen: string | undefined
  #quiet = 0
  /** What was told last and was no beginning of what was told before. */
  #whole = ''
  #stop: Cancel | undefined

  constructor(init: FileWatchInit) {
    this.#init = init
  }

  /** Does nothing where it watches already. */
  start(): void {
    if (this.#stop !== undefined) return
    this.#told = this.#seen = this.#state()
    this.#whole = this.#text()
    this.#stop = every(this.#init.clock, INTERVAL, () => this.#look())
  }

  stop(): void {
    this.#stop?.()
    this.#stop = undefined
  }

  #look(): void {
    const state = this.#state()
    this.#quiet = state === this.#seen ? this.#quiet + 1 : 0
    this.#seen = state
    if (state === undefined || state === this.#told || this.#quiet < QUIET) return
    const text = this.#text()
    const isBeginning = text.length < this.#whole.length && this.#whole.startsWith(text)
    if (isBeginning && this.#quiet < QUIET_OF_BEGINNING) return
    if (!isBeginning) this.#whole = text
    this.#told = state
    this.#init.changed()
  }

  /** Empty where it cannot be read, or is larger than a configuration may be. */
  #text(): string {
    const { file } = this.#init
    try {
      const stat = statSync(file)
      return stat.isFile() && stat.size <= MAX_CHARACTERS ? readFileSync(file, 'utf8') : ''
    } catch {
      return ''
    }
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
