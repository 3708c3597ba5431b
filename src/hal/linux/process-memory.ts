import { addon } from '../../installation.ts'
import type { ProcessMemory } from '../process-memory.ts'

/** What native/process.c exports of memory. */
interface MemoryAddon {
  /** malloc_trim(3) of glibc, whose free() keeps pages between blocks in use, and madvise(2) of Node's own mappings. */
  trim(): boolean
}

/** Uses an addon (native/process.c); without it nothing is given back. */
export class LinuxProcessMemory implements ProcessMemory {
  /** null where there is none for this machine. */
  #addon: MemoryAddon | null | undefined

  resident(): number {
    return process.memoryUsage.rss()
  }

  trim(): void {
    if (this.#addon === undefined) this.#addon = load()
    this.#addon?.trim()
  }
}

function load(): MemoryAddon | null {
  try {
    return addon('process')
  } catch {
    return null
  }
}
