import { readFileSync } from 'node:fs'
import { totalmem } from 'node:os'
import { getHeapStatistics } from 'node:v8'

/** What of this machine bounds how many neighbours a node can have. */
export interface MachineSize {
  /** Bytes: of the machine, or of the control group where that is less. */
  readonly memory: number
  /** Bytes of JavaScript objects that V8 allows (--max-old-space-size). */
  readonly heap: number
  /** Files and sockets that the process may have open (RLIMIT_NOFILE). */
  readonly files: number
}

export function thisMachine(): MachineSize {
  return { memory: ownMemory(), heap: getHeapStatistics().heap_size_limit, files: openFiles() }
}

/**
 * Bytes that this process may use: those of the machine, or of its control group where that is less.
 * constrainedMemory() is 0 where unknown, and huge where there is no limit.
 */
export function ownMemory(): number {
  const constrained = process.constrainedMemory()
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem()
}

/** Of /proc/self/limits (proc(5)): Node raises the soft limit to the hard one at its start. */
function openFiles(): number {
  try {
    const [, soft] = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? []
    return soft === undefined ? Number.POSITIVE_INFINITY : Number(soft)
  } catch {
    return Number.POSITIVE_INFINITY
  }
}
