import { open, readdir, statfs, writeFile } from 'node:fs/promises'
import type { FileSystemSpace, Sysfs } from '../sysfs.ts'

const MAX_TEXT = 65_536
/** The kernel lets one of its chips convert at a time: the others would wait in threads that all buses need. */
const ONE_WIRE = '/sys/bus/w1/'

/**
 * Files of the kernel. A read may block a thread for long (1-wire: 750 ms), so of one path no more than
 * one is under way; who asks meanwhile gets the same answer, who aborts is released at once.
 */
export class LinuxSysfs implements Sysfs {
  readonly #root: string
  readonly #reading = new Map<string, Promise<string>>()
  /** Settles with the last read of 1-wire that was asked for. */
  #oneWire: Promise<unknown> = Promise.resolve()

  /** @param root before every path; the machine's own files unless given */
  constructor(root = '') {
    this.#root = root
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
      return (await readdir(this.#root + path)).sort()
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
      throw error
    }
  }

  /** Writes to an existing file: the kernel's are neither made nor cut. */
  async write(path: string, text: string): Promise<void> {
    await writeFile(this.#root + path, text, { flag: 'r+' })
  }

  async space(path: string): Promise<FileSystemSpace> {
    const { bsize, blocks, bfree, bavail } = await statfs(this.#root + path)
    return { total: blocks * bsize, free: bfree * bsize, available: bavail * bsize }
  }

  #begin(path: string): Promise<string> {
    const lane = path.startsWith(ONE_WIRE) ? this.#oneWire : Promise.resolve()
    const reading = lane.then(() => readText(this.#root + path)).finally(() => this.#reading.delete(path))
    if (path.startsWith(ONE_WIRE)) this.#oneWire = reading.catch(() => {})
    this.#reading.set(path, reading)
    return reading
  }
}

/** Sizes of kernel files are fiction: read until nothing comes. */
async function readText(path: string): Promise<string> {
  const file = await open(path, 'r')
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
