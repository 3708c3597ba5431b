/** What the kernel counts of a process (proc(5)). */
import { readdirSync, readFileSync } from 'node:fs'

const KIB = 1024

export interface Memory {
  /** Bytes resident, the pages of the program's own file among them. */
  readonly rss: number
  /** Bytes resident that are this process's alone: heaps and stacks. */
  readonly anonymous: number
}

export function memoryOf(pid: number): Memory {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8')
  return { rss: KIB * field(text, 'VmRSS'), anonymous: KIB * field(text, 'RssAnon') }
}

/**
 * Milliseconds that the threads of a process spent on a processor. Of /proc/PID/task/TID/schedstat, in
 * nanoseconds: /proc/PID/stat counts in steps of 10 ms, of which an idle node needs few in half a minute.
 */
export function processorTime(pid: number): number {
  const nanoseconds = readdirSync(`/proc/${pid}/task`).map((thread) =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0])
  )
  return nanoseconds.reduce((sum, one) => sum + one, 0) / 1e6
}

/** Voluntary context switches of the main thread: the number of wake-ups. */
export function wakeups(pid: number): number {
  return field(readFileSync(`/proc/${pid}/status`, 'utf8'), 'voluntary_ctxt_switches')
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
