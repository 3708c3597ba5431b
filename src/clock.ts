import { NodeError } from './error.ts'

/** Ends a timer or a series of them. Calling it again does nothing. */
export type Cancel = () => void

/**
 * Time, as everything in kith gets it: the only place of setTimeout and Date.now.
 * Tests and simulations inject one whose time is advanced by hand (hal/simulated/virtual-clock.ts).
 */
export interface Clock {
  /** Wall clock in milliseconds since 1970-01-01T00:00Z; may jump, may be wrong (see TimeSource). */
  now(): number
  /** Milliseconds since some moment of this process; never goes back. */
  monotonic(): number
  /**
   * Calls `fire` once after `ms`, never earlier, and in the order in which they were set those of one time. The
   * timer does not keep the process alive.
   */
  after(ms: number, fire: () => void): Cancel
  /** Resolves after `ms`, never earlier; rejects with the signal's reason as soon as it aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

/**
 * Calls `fire` at phase, phase + period, … by the monotonic clock, without drift: each call is timed
 * from the first, and what a stalled process missed is skipped, not made up for.
 * @param period milliseconds, more than 0
 * @param phase milliseconds from now until the first call; one period unless given
 */
export function every(clock: Clock, period: number, fire: () => void, phase: number = period): Cancel {
  const first = clock.monotonic() + phase
  let calls = 0
  let cancel: Cancel = clock.after(phase, tick)
  let ended = false
  function tick(): void {
    calls = Math.max(calls + 1, Math.ceil((clock.monotonic() - first) / period))
    cancel = clock.after(Math.max(0, first + calls * period - clock.monotonic()), tick)
    fire()
    if (ended) cancel()
  }
  return () => {
    ended = true
    cancel()
  }
}

/**
 * Runs `work` with a signal that aborts after `ms` or together with `signal`.
 * @throws NodeError 'deadline' naming `what`, when the time is over before the work
 */
export async function withDeadline<T>(
  clock: Clock,
  ms: number,
  what: string,
  work: (signal: AbortSignal) => Promise<T>,
  signal?: AbortSignal
): Promise<T> {
  signal?.throwIfAborted()
  const controller = new AbortController()
  // Built when it is late: an error takes its stack, and most work is in time.
  const cancel = clock.after(ms, () =>
    controller.abort(
      new NodeError('deadline', `${what}: no answer within ${Math.ceil(ms)} ms`, { remedy: 'retry' })
    )
  )
  const follow = (): void => controller.abort(signal?.reason)
  signal?.addEventListener('abort', follow, { once: true })
  // Work that does not heed its signal is left behind, not waited for.
  const aborted = new Promise<never>((_resolve, reject) => {
    controller.signal.addEventListener('abort', () => reject(controller.signal.reason), { once: true })
  })
  try {
    return await Promise.race([work(controller.signal), aborted])
  } finally {
    cancel()
    signal?.removeEventListener('abort', follow)
  }
}

/** setTimeout takes a signed 32-bit number of milliseconds; beyond it, it would fire at once. */
const LONGEST_TIMER = 2 ** 31 - 1

interface Early {
  readonly due: number
  readonly run: () => void
}

/** Timers that were woken too early and wait again, by their times: one that is due later lets them go before. */
const early: Early[] = []

/**
 * Node counts whole milliseconds from a moment that it rounds down, so a timer of its may be early by
 * nearly two. A chip's conversion time is a least time: who is early waits for the rest.
 */
function startTimer(ms: number, fire: () => void, keepsAlive: boolean): Cancel {
  const own: Early = { due: performance.now() + ms, run }
  let timer: NodeJS.Timeout
  function wait(left: number): void {
    timer = setTimeout(look, Math.min(Math.ceil(left), LONGEST_TIMER))
    if (!keepsAlive) timer.unref()
  }
  function look(): void {
    const left = own.due - performance.now()
    if (left > 0) {
      remember(own)
      wait(left)
      return
    }
    for (let first = early[0]; first !== undefined && first !== own && first.due <= own.due; first = early[0])
      first.run()
    run()
  }
  function run(): void {
    cancel()
    fire()
  }
  function cancel(): void {
    clearTimeout(timer)
    forget(own)
  }
  wait(ms)
  return cancel
}

function remember(timer: Early): void {
  if (early.includes(timer)) return
  const later = early.findIndex(({ due }) => due > timer.due)
  early.splice(later === -1 ? early.length : later, 0, timer)
}

function forget(timer: Early): void {
  const at = early.indexOf(timer)
  if (at >= 0) early.splice(at, 1)
}

/**
 * Keeps the process alive until it is cancelled. Timers of after() and watched GPIO lines do not, so that a command
 * that waits for them alone would end before them.
 */
export function keepAlive(): Cancel {
  const timer = setInterval(() => {}, LONGEST_TIMER)
  return () => clearInterval(timer)
}

/** The clock of this machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after: (ms, fire) => startTimer(ms, fire, false),
  sleep: (ms, signal) => sleepBy((fire) => startTimer(ms, fire, true), signal)
}

/** Clock.sleep() by a timer. @param start sets it */
export function sleepBy(start: (fire: () => void) => Cancel, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(signal.reason)
    const cancel = start(() => {
      signal?.removeEventListener('abort', stop)
      resolve()
    })
    function stop(): void {
      cancel()
      reject(signal?.reason)
    }
    signal?.addEventListener('abort', stop, { once: true })
  })
}

/** Waits for `work`, or only until the signal. @throws what the work throws; the signal's reason */
export async function abortable<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return await work
  signal.throwIfAborted()
  const { promise, reject } = Promise.withResolvers<never>()
  const abort = (): void => reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([work, promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
