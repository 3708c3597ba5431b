/** What the kernel counts of a process (proc(5)). */
import { readdirSync, readFileSync } from 'node:fs'

const KIB = 1024

export interface Memory {
  /** Bytes resident, the pages of the program's own file among them. */
  readonly rss: number
  /** The same, where a page that several processes share is divided by their number. */
  readonly pss: number
  /** Bytes resident that are this process's alone: heaps and stacks. */
  readonly anonymous: number
}

export function memoryOf(pid: number): Memory {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8')
  const pss = field(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'), 'Pss')
  return { rss: KIB * field(text, 'VmRSS'), pss: KIB * pss, anonymous: KIB * field(text, 'RssAnon') }
}

/** What a process did since its start. */
export interface Counts {
  /**
   * Milliseconds that its threads spent on a processor. Of /proc/PID/task/TID/schedstat, in nanoseconds:
   * /proc/PID/stat counts in steps of 10 ms, of which an idle node needs few in half a minute.
   */
  readonly processor: number
  /** Voluntary context switches of all threads: the number of wake-ups. */
  readonly wakeups: number
  readonly threads: number
  /** Bytes of pages that it made dirty, which are written to the disk. */
  readonly written: number
}

export function countsOf(pid: number): Counts {
  const threads = readdirSync(`/proc/${pid}/task`).map((thread) => `/proc/${pid}/task/${thread}`)
  const sum = (of: (thread: string) => number): number => threads.reduce((all, one) => all + of(one), 0)
  return {
    processor: sum((one) => Number(readFileSync(`${one}/schedstat`, 'utf8').split(' ')[0])) / 1e6,
    wakeups: sum((one) => field(readFileSync(`${one}/status`, 'utf8'), 'voluntary_ctxt_switches')),
    threads: threads.length,
    written: field(readFileSync(`/proc/${pid}/io`, 'utf8'), 'write_bytes')
  }
}

export interface Written {
  /** Bytes passed to write(2) and the like. */
  readonly calls: number
  /** Bytes of pages that the process made dirty, which are written to the disk. */
  readonly disk: number
}

/** Of this process. */
export function written(): Written {
  const text = readFileSync('/proc/self/io', 'utf8')
  return { calls: field(text, 'wchar'), disk: field(text, 'write_bytes') }
}

function field(text: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1])
}
