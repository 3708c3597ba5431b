import type { FileSystemSpace, Sysfs } from '../sysfs.ts'

/** A file's text, or a function that makes it for each read. */
export type FileContent = string | (() => string)

const GB = 1e9

/** A tree of files in memory, whose contents and errors a test can change at any time. */
export class SimulatedSysfs implements Sysfs {
  readonly #files = new Map<string, FileContent>()
  readonly #errors = new Map<string, string>()
  readonly #overrides = new Map<string, string>()
  readonly #onWrite = new Map<string, (text: string) => void>()
  /** Of every file system; a card of 32 GB by default. */
  storage: FileSystemSpace = { total: 32 * GB, free: 21 * GB, available: 20 * GB }

  set(path: string, content: FileContent): void {
    this.#files.set(path, content)
  }

  has(path: string): boolean {
    return this.#files.has(path)
  }

  /** Removes the file, or all files below a folder. */
  remove(path: string): void {
    for (const file of this.#files.keys()) {
      if (file === path || file.startsWith(`${path}/`)) this.#files.delete(file)
    }
  }

  /** From now on reads and writes of the path fail with this code: `EAGAIN`, `EIO`; undefined clears it. */
  fail(path: string, code: string | undefined): void {
    if (code === undefined) this.#errors.delete(path)
    else this.#errors.set(path, code)
  }

  /** From now on reads of the path return this text instead of its own; undefined clears it. */
  override(path: string, text: string | undefined): void {
    if (text === undefined) this.#overrides.delete(path)
    else this.#overrides.set(path, text)
  }

  /** Calls `listener` with each text written to the path, which is not stored. */
  onWrite(path: string, listener: (text: string) => void): void {
    this.#onWrite.set(path, listener)
  }

  async read(path: string, signal?: AbortSignal): Promise<string> {
    signal?.throwIfAborted()
    const content = this.#overrides.get(path) ?? this.#files.get(path)
    this.#check(path)
    return typeof content === 'function' ? content() : (content ?? '')
  }

  async list(path: string): Promise<string[]> {
    const folder = `${path.replace(/\/$/, '')}/`
    const below = [...this.#files.keys()].filter((file) => file.startsWith(folder))
    return [...new Set(below.map((file) => file.slice(folder.length).split('/')[0] ?? ''))].sort()
  }

  async write(path: string, text: string): Promise<void> {
    this.#check(path)
    const listener = this.#onWrite.get(path)
    if (listener === undefined) this.#files.set(path, text)
    else listener(text)
  }

  async space(path: string): Promise<FileSystemSpace> {
    const code = this.#errors.get(path)
    if (code !== undefined) throw Object.assign(new Error(`${code}: ${path}`), { code })
    return this.storage
  }

  #check(path: string): void {
    const code = this.#errors.get(path) ?? (this.#files.has(path) ? undefined : 'ENOENT')
    if (code !== undefined) throw Object.assign(new Error(`${code}: ${path}`), { code })
  }
}
