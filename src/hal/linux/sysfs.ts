import { constants, readlinkSync, type StatsFs } from 'node:fs'
import { open, readdir, statfs, writeFile } from 'node:fs/promises'
import type { FileSystemSpace, Sysfs } from '../sysfs.ts'
import type { BlockingCall, BlockingCalls } from './blocking-calls.ts'
import { systemCode } from './system-code.ts'

const MAX_TEXT = 65_536
/** Where the kernel shows chips of 1-wire, each as a link into the folder of its master. */
const ONE_WIRE = '/sys/bus/w1/devices/'
const MASTER = /\/(w1_bus_master\d+)\//

export interface LinuxSysfsOptions {
  readonly calls: BlockingCalls
  /** Before every path; the machine's own files unless given. */
  readonly root?: string
  /** Reads a file; readText() unless given. */
  readonly readText?: (path: string) => Promise<string>
}

/**
 * Files of the kernel. A read may block a thread for long (1-wire: 750 ms), so of one path no more than one is
 * running: others get the same answer, and a caller that aborts is released at once. A 1-wire master converts for
 * one of its chips at a time: the others wait here, not in threads.
 */
export class LinuxSysfs implements Sysfs {
  readonly #root: string
  readonly #calls: BlockingCalls
  readonly #readText: (path: string) => Promise<string>
  readonly #reading = new Map<string, Promise<string>>()

  constructor({ calls, root = '', readText: read = readText }: LinuxSysfsOptions) {
    this.#calls = calls
    this.#root = root
    this.#readText = read
  }

  async read(path: string, signal?: AbortSignal): Promise<string> {
    signal?.throwIfAborted()
    const reading = this.#reading.get(path) ?? this.#begin(path)
    if (signal === undefined) return await reading
    const { promise: aborted, reject } = Promise.withResolvers<never>()
    const stop = (): void => reject(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
    try {
      return await Promise.race([reading, aborted])
    } finally {
      signal.removeEventListener('abort', stop)
    }
  }

  async list(path: string): Promise<string[]> {
    try {
      const names = await this.#calls.run({ what: path, lane: `list ${path}` }, () =>
        readdir(this.#root + path)
      )
      return names.sort()
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return []
      throw error
    }
  }

  /** Writes to an existing file: the kernel's are neither made nor cut. */
  async write(path: string, text: string): Promise<void> {
    const work = (): Promise<void> => writeFile(this.#root + path, text, { flag: 'r+' })
    await this.#calls.run(this.#call('write', path), work)
  }

  async space(path: string): Promise<FileSystemSpace> {
    const work = (): Promise<StatsFs> => statfs(this.#root + path)
    const { bsize, blocks, bfree, bavail } = await this.#calls.run(this.#call('space', path), work)
    return { total: blocks * bsize, free: bfree * bsize, available: bavail * bsize }
  }

  #begin(path: string): Promise<string> {
    const work = (): Promise<string> => this.#readText(this.#root + path)
    const reading = this.#calls.run(this.#call('read', path), work).finally(() => this.#reading.delete(path))
    this.#reading.set(path, reading)
    return reading
  }

  #call(kind: string, path: string): BlockingCall {
    if (!path.startsWith(ONE_WIRE)) return { what: path, lane: `${kind} ${path}` }
    return { what: path, lane: this.#masterOf(path), w1: true }
  }

  /** `w1_bus_master1`; one lane for all chips whose master is not shown. */
  #masterOf(path: string): string {
    const [chip = ''] = path.slice(ONE_WIRE.length).split('/')
    try {
      return MASTER.exec(readlinkSync(this.#root + ONE_WIRE + chip))?.[1] ?? ONE_WIRE
    } catch {
      return ONE_WIRE
    }
  }
}

/**
 * Reads until nothing comes, because the sizes of kernel files are not those of their contents. O_NONBLOCK lets a
 * driver that supports it answer EAGAIN in place of blocking; most ignore it.
 */
async function readText(path: string): Promise<string> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const buffer = Buffer.alloc(MAX_TEXT)
    for (let length = 0; ; ) {
      const { bytesRead } = await file.read(buffer, length, MAX_TEXT - length)
      length += bytesRead
      if (bytesRead === 0 || length === MAX_TEXT) return buffer.toString('utf8', 0, length)
    }
  } finally {
    await file.close()
  }
}
