import { execFile } from 'node:child_process'
import { access } from 'node:fs/promises'
import type { Clock } from '../../clock.ts'
import type { ClockStatus, TimeSource } from '../time-source.ts'

export interface LinuxTimeSourceOptions {
  readonly clock: Clock
  /** Whether systemd-timesyncd has synchronised since boot. */
  readonly timesyncd?: () => Promise<boolean>
  /** The answer of timedatectl: 'yes', 'no', or empty where there is none. */
  readonly timedatectl?: () => Promise<string>
}

/** Milliseconds for which timedatectl's answer is kept, which limits it to one child process per minute. */
const KEPT = 60_000

/**
 * Quality 0 only where synchronisation is known: a plausible date is no proof, because timesyncd restores a
 * saved one at boot. In a container neither source exists, and the quality is 2.
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

  /** Covers other time daemons (chrony, ntpd); remains yes for about 9 h without a network (adjtimex). */
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
