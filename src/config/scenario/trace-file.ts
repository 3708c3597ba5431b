import { readFileSync, statSync } from 'node:fs'
import type { TracePoint } from '../../hal/simulated/scenario.ts'

const MAX_BYTES = 16 * 1024 ** 2

/**
 * Reads what was recorded: comma-separated values with the columns `time` and `value` among others, as
 * `kith history --csv` writes them. Times are seconds, or dates as of ISO 8601; they become milliseconds
 * since the first. Rows without a value, faults for example, are left out.
 * @throws Error whose message goes after the file's name
 */
export function readTrace(file: string): TracePoint[] {
  const [head = '', ...rows] = readText(file).split(/\r?\n/)
  const columns = head.split(',').map((name) => name.trim())
  const [time, value] = [columns.indexOf('time'), columns.indexOf('value')]
  if (time === -1 || value === -1) throw new Error('has no columns time and value in its first line')
  const points: [number, number][] = []
  for (const [index, row] of rows.entries()) {
    const fields = row.split(',').map((field) => field.trim())
    if (row.trim() === '' || !fields[value]) continue
    const [at, measured] = [secondsOf(fields[time] ?? ''), Number(fields[value])]
    if (Number.isNaN(at) || !Number.isFinite(measured))
      throw new Error(`has no time and value in line ${index + 2}`)
    if (at < (points.at(-1)?.[0] ?? at)) throw new Error(`goes back in time in line ${index + 2}`)
    points.push([at, measured])
  }
  const [first] = points
  if (first === undefined) throw new Error('has no values')
  return points.map(([at, measured]) => [at - first[0], measured])
}

function readText(file: string): string {
  const stat = statSync(file, { throwIfNoEntry: false })
  if (stat?.isFile() !== true) throw new Error('is not there')
  if (stat.size > MAX_BYTES) throw new Error(`is larger than ${MAX_BYTES / 1024 ** 2} MiB`)
  return readFileSync(file, 'utf8')
}

/** In milliseconds; NaN where it is none. */
function secondsOf(text: string): number {
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text)
}
