import { readFileSync, statSync } from 'node:fs'

/** Whether a process holds a lock on a file (proc_locks(5)). */
export function isLocked(path: string): boolean {
  const { ino } = statSync(path)
  return readFileSync('/proc/locks', 'utf8')
    .split('\n')
    .some((line) => new RegExp(`:${ino} \\d+ `).test(line))
}
