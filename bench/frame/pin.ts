import { execFileSync } from 'node:child_process'
import { cpus } from 'node:os'

let can: boolean | undefined

/** Whether two processes can be held to a processor each: taskset(1) of util-linux, and two processors. */
export function canPin(): boolean {
  can ??= cpus().length > 1 && runs('taskset', '--version')
  return can
}

/** The words before a command that hold it to a processor; none where that cannot be. */
export function pinned(processor: number | undefined): string[] {
  if (processor === undefined || !canPin()) return []
  return ['taskset', '-c', `${processor % cpus().length}`]
}

/** Whether a program is installed. */
export function runs(program: string, ...words: readonly string[]): boolean {
  try {
    execFileSync(program, words, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
