import type { Check, Lab } from './check.ts'

/** Ticks of /proc/PID/stat in a second, on every Linux (USER_HZ). */
const HERTZ = 100
/** Fields of that file, from 1 (proc_pid_stat(5)). */
const USER = 14
const START = 22

/** A Node that does nothing else, and what it takes: the start on standard output, then KiB that are resident. */
const BARE = `cut -d' ' -f1 /proc/uptime
node --max-semi-space-size=2 -e "
  console.log(require('fs').readFileSync('/proc/uptime', 'utf8').split(' ')[0])
  setTimeout(() => console.log(/VmRSS:\\s+(\\d+)/.exec(require('fs').readFileSync('/proc/self/status', 'utf8'))[1]), 500)"`

/**
 * How kith does on the board, by the board's clock: 500 million instructions a second; beside it a Node that does
 * nothing. Told, not judged.
 */
export const figures: Check = { name: 'start and memory', run }

async function run({ machine }: Lab): Promise<string> {
  const stat = await machine.shell.run('cat /proc/$(pidof node)/stat')
  const memory = await machine.shell.run('cat /proc/$(pidof node)/status')
  const listening = await machine.shell.run('cat /var/log/kith.listening')
  // The name, in brackets, may have spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const seconds = (field: number): number => Number(fields[field - 3]) / HERTZ
  const start = Number(listening) - seconds(START)
  const used = seconds(USER) + seconds(USER + 1)
  const mebibytes = (field: string): number =>
    Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(memory)?.[1]) / 1024
  const [began, ready, resident] = (await machine.shell.run(BARE)).split('\n').map(Number)
  const bare = { start: Number(ready) - Number(began), rss: Number(resident) / 1024 }
  const rss = mebibytes('VmRSS')
  return (
    `it listened ${start.toFixed(1)} s after its start, and needed ${mebibytes('VmHWM').toFixed(0)} MiB at most and ` +
    `${used.toFixed(0)} s of processor so far; ${rss.toFixed(1)} MiB are resident, ${(rss / bare.rss).toFixed(2)} times ` +
    `those of a Node that does nothing, ${bare.rss.toFixed(1)} MiB, which began after ${bare.start.toFixed(1)} s`
  )
}
