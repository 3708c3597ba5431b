import { byNumber } from './by-number.ts'
import type { KernelFiles } from './files.ts'

/** Where the kernel shows devices of one kind, each in a folder with a file that names it. */
export interface SysfsClass {
  readonly folder: string
  /** Names of the folders in it that are meant: `hwmon0`. */
  readonly entry: RegExp
  /** `name` */
  readonly file: string
}

export interface SysfsEntry {
  readonly path: string
  /** The file's contents. */
  readonly name: string
}

/** The entries of a class that have a name, in the order of their numbers. */
export async function sysfsEntries(
  files: KernelFiles,
  { folder, entry, file }: SysfsClass,
  signal: AbortSignal
): Promise<SysfsEntry[]> {
  const found: SysfsEntry[] = []
  const names = (await files.list(folder)).filter((each) => entry.test(each))
  for (const each of names.sort(byNumber)) {
    const path = `${folder}/${each}`
    const name = await files.textIfAny(`${path}/${file}`, signal)
    if (name !== undefined) found.push({ path, name })
  }
  return found
}

/** The folder of a device by its name: its number changes between boots and when its driver is reloaded. */
export class SysfsFolder {
  readonly #files: KernelFiles
  readonly #class: SysfsClass
  readonly #name: string
  readonly #hint: string
  #found: string | undefined

  /** @param hint what to do where several have the name */
  constructor(files: KernelFiles, sysfsClass: SysfsClass, name: string, hint: string) {
    this.#files = files
    this.#class = sysfsClass
    this.#name = name
    this.#hint = hint
  }

  /** @throws SensorError 'absent', 'ambiguous' */
  async path(signal: AbortSignal): Promise<string> {
    const { file } = this.#class
    const known = this.#found
    if (known !== undefined && (await this.#files.textIfAny(`${known}/${file}`, signal)) === this.#name)
      return known
    this.#found = await this.#search(signal)
    return this.#found
  }

  async #search(signal: AbortSignal): Promise<string> {
    const all = await sysfsEntries(this.#files, this.#class, signal)
    const [found, other] = all.filter(({ name }) => name === this.#name)
    if (found === undefined) {
      const there = [...new Set(all.map(({ name }) => name))].join(', ')
      const hint = `the kernel shows ${there || 'none'}; check that its driver or overlay is loaded`
      throw this.#files.error('absent', 'is not there', hint)
    }
    if (other === undefined) return found.path
    throw this.#files.error('ambiguous', `exists more than once: ${found.path}, ${other.path}`, this.#hint)
  }
}
