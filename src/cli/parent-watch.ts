import { readFileSync } from 'node:fs'
import { type Cancel, type Clock, every } from '../clock.ts'

/** Milliseconds between looks. */
const PERIOD_MS = 1000

/**
 * Calls `ended` once when the parent process has ended, or the one above the shell that a parent like npm runs its
 * script by. npm ends at SIGTERM with its shell, at SIGHUP and SIGKILL without it, and passes no signal on, so that a
 * node of `npm start` would go on without a terminal.
 * @param parent its process id, as process.ppid was at the start
 */
export function watchParent(clock: Clock, parent: number, ended: () => void): Cancel {
  const above = aboveShell(parent)
  const cancel = every(clock, PERIOD_MS, () => {
    if (isParent(parent) && aboveShell(parent) === above) return
    cancel()
    ended()
  })
  return cancel
}

/** POSIX gives an orphan another parent; on Windows the id stays and the process is gone. */
function isParent(parent: number): boolean {
  if (process.ppid !== parent) return false
  try {
    process.kill(parent, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

/**
 * The parent of `sh -c …`, by proc(5): the process that runs the script. A shell whose commands were typed may end
 * before what it started.
 * @returns undefined where the process is no such shell, or the system has no /proc
 */
function aboveShell(pid: number): string | undefined {
  try {
    if (readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0')[1] !== '-c') return undefined
    return /^PPid:\s*(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]
  } catch {
    return undefined
  }
}
