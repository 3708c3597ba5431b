const UNITS: readonly (readonly [unit: string, seconds: number])[] = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
  ['s', 1]
]

/** `0.4 s`, `40 s`, `3 min`, `5 h`, `2 d`: one unit, rounded down. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '–'
  if (Math.abs(seconds) < 9.95) return `${seconds.toFixed(1).replace(/\.0$/, '')} s`
  const [unit, size] = UNITS.find(([, each]) => Math.abs(seconds) >= each * 2) ?? ['s', 1]
  return `${Math.floor(seconds / size)} ${unit}`
}

/** `now`, `12 s ago`. */
export function ago(seconds: number): string {
  return seconds < 1 ? 'now' : `${formatDuration(Math.floor(seconds))} ago`
}

/** `2.1 ms`, `41 ms`, `1.2 s`. */
export function milliseconds(ms: number): string {
  if (ms < 9.95) return `${ms.toFixed(1)} ms`
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`
}

/** `512 B`, `4.1 kB`, `1.3 MB`. */
export function bytes(count: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let step = 0
  let value = count
  while (value >= 1000 && step < units.length - 1) {
    value /= 1000
    step += 1
  }
  return `${step === 0 ? value : value.toFixed(1)} ${units[step]}`
}

/**
 * `2026-11-23 21:56:41` in this machine's time zone; with the offset (`+02:00`) in an hour that occurs twice, when the
 * clocks are set back.
 */
export function localTime(unixSeconds: number): string {
  const date = new Date(unixSeconds * 1000)
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-')
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')
  return `${day} ${time}${occursTwice(date) ? ` ${offsetText(date)}` : ''}`
}

/** `+00:12:05`, `+3d 00:12:05`: a time since a start. */
export function elapsedTime(seconds: number): string {
  const whole = Math.floor(seconds)
  const days = Math.floor(whole / 86_400)
  const time = [Math.floor(whole / 3600) % 24, Math.floor(whole / 60) % 60, whole % 60].map(two).join(':')
  return `+${days === 0 ? '' : `${days}d `}${time}`
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}

/** Milliseconds within which the clocks are set back by an hour or two. */
const NEAR_MS = 3 * 3_600_000

/** Whether another instant nearby has the same local time. */
function occursTwice(date: Date): boolean {
  const here = date.getTimezoneOffset()
  return [-NEAR_MS, NEAR_MS].some((shift) => {
    const offset = new Date(date.getTime() + shift).getTimezoneOffset()
    const twin = new Date(date.getTime() + (offset - here) * 60_000)
    return offset !== here && twin.getTimezoneOffset() === offset
  })
}

/** `+02:00`, as in ISO 8601. */
function offsetText(date: Date): string {
  const minutes = -date.getTimezoneOffset()
  const size = Math.abs(minutes)
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`
}
