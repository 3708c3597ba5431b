import { execFile } from 'node:child_process'
import { access } from 'node:fs/promises'
import type { Clock } from '../../clock.ts'
import type { ClockStatus, TimeSource } from '../time-source.ts'

export interface LinuxTimeSourceOptions {
  readonly clock: Clock
  /** Whether systemd-timesyncd has synchronised since boot. */
  readonly timesyncd?: () => Promise<boolean>
  /** What timedatectl says: 'yes', 'no', or nothing where there is none. */
  readonly timedatectl?: () => Promise<string>
}

/** Milliseconds for which timedatectl's answer is kept: no more than one child process a minute. */
const KEPT = 60_000

/**
 * Believes the wall clock where the kernel's synchronisation is known, and nothing else: a plausible date
 * proves nothing, timesyncd restores a saved one. In a container there is neither witness: unknown.
 */
export class LinuxTimeSource implements TimeSource {
  readonly #clock: Clock
  readonly #timesyncd: () => Promise<boolean>
  readonly #timedatectl: () => Promise<string>
  #answer: { readonly at: number; readonly synchronised: Promise<boolean> } | undefined

  constructor({
    clock,
    timesyncd = timesyncdSynchronised,
    timedatectl = askTimedatectl
  }: LinuxTimeSourceOptions) {
    this.#clock = clock
    this.#timesyncd = timesyncd
    this.#timedatectl = timedatectl
  }

  async status(): Promise<ClockStatus> {
    const synchronised = (await this.#timesyncd()) || (await this.#asked())
    return { quality: synchronised ? 0 : 2, offset: 0 }
  }

  /** Covers other time daemons (chrony, ntpd); stays yes for about 9 h without a network (adjtimex). */
  #asked(): Promise<boolean> {
    const now = this.#clock.monotonic()
    if (this.#answer === undefined || now - this.#answer.at >= KEPT) {
      const synchronised = this.#timedatectl().then((answer) => answer.trim() === 'yes')
      this.#answer = { at: now, synchronised }
    }
    return this.#answer.synchronised
  }
}

async function timesyncdSynchronised(): Promise<boolean> {
  return await access('/run/systemd/timesync/synchronized').then(
    () => true,
    () => false
  )
}

function askTimedatectl(): Promise<string> {
  return new Promise((resolve) => {
    const arguments_ = ['show', '-p', 'NTPSynchronized', '--value']
    execFile('timedatectl', arguments_, { timeout: 5000 }, (error, stdout) =>
      resolve(error === null ? stdout : '')
    )
  })
}
