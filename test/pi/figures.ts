import type { Check, Lab } from './check.ts'

/** Ticks of /proc/PID/stat in a second, on every Linux (USER_HZ). */
const HERTZ = 100
/** Fields of that file, from 1 (proc_pid_stat(5)). */
const USER = 14
const START = 22

/** How kith does on the board, by the board's clock: 500 million instructions a second. Told, not judged. */
export const figures: Check = { name: 'start and memory', run }

async function run({ machine }: Lab): Promise<string> {
  const stat = await machine.shell.run('cat /proc/$(pidof node)/stat')
  const memory = await machine.shell.run('grep VmHWM /proc/$(pidof node)/status')
  const listening = await machine.shell.run('cat /var/log/kith.listening')
  // The name, in brackets, may have spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const seconds = (field: number): number => Number(fields[field - 3]) / HERTZ
  const start = Number(listening) - seconds(START)
  const used = seconds(USER) + seconds(USER + 1)
  const max = Number(/\d+/.exec(memory)?.[0]) / 1024
  return `it listened ${start.toFixed(1)} s after its start, and needed ${max.toFixed(0)} MiB and ${used.toFixed(0)} s of processor so far`
}
