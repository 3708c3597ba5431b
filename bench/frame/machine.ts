import { execFileSync } from 'node:child_process'
import { arch, cpus, loadavg, platform, release, totalmem } from 'node:os'
import { fileURLToPath } from 'node:url'
import { canPin } from './pin.ts'

/** On what machine, when and of which commit figures are. */
export interface Machine {
  readonly node: string
  readonly system: string
  readonly processors: number
  readonly processor: string
  /** Bytes. */
  readonly memory: number
  /** Processes that ran or waited, over the last minute. */
  readonly load: number
  readonly date: string
  readonly commit: string
  readonly lines: readonly string[]
}

export function machine(now: Date = new Date()): Machine {
  const facts = {
    node: process.version,
    system: `${platform()} ${release()} ${arch()}`,
    processors: cpus().length,
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    memory: totalmem(),
    load: loadavg()[0] ?? Number.NaN,
    date: now.toISOString(),
    commit: commit()
  }
  const { node, system, processors, processor, memory, load, date } = facts
  const pinned = canPin()
    ? 'processes pinned by taskset'
    : 'processes not pinned: one processor, or no taskset'
  return {
    ...facts,
    lines: [
      `Node ${node}, ${system}, ${processors} x ${processor}, ${(memory / 2 ** 30).toFixed(0)} GiB; ${pinned}`,
      `commit ${facts.commit}, ${date}, load ${load.toFixed(2)} at the start`
    ]
  }
}

/** Of this tree; with what was changed since. */
function commit(): string {
  const cwd = fileURLToPath(new URL('../..', import.meta.url))
  try {
    const words = ['describe', '--always', '--dirty', '--abbrev=10']
    return execFileSync('git', words, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    return 'unknown'
  }
}
