import { type Cancel, type Clock, every } from '../clock.ts'

/** Milliseconds between looks. */
const PERIOD_MS = 1000

/**
 * Calls `ended` once when the parent process has ended. npm ends at a signal with its shell and does not pass the
 * signal on, so that a node of `npm start` would go on without a terminal.
 * @param parent its process id, as process.ppid was at the start
 */
export function watchParent(clock: Clock, parent: number, ended: () => void): Cancel {
  const cancel = every(clock, PERIOD_MS, () => {
    if (isParent(parent)) return
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
