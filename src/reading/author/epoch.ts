import { readFileSync } from 'node:fs'
import type { Clock } from '../../clock.ts'
import { describeError } from '../../error.ts'
import type { ClockStatus } from '../../hal/time-source.ts'
import type { Log } from '../../log.ts'
import { writeAtomicSync } from '../../write-atomic.ts'
import { correctedTime } from '../corrected-time.ts'
import type { Run } from '../run.ts'

export interface EpochsOptions {
  /** The file that keeps the epoch of the last run; undefined for a node without a home. */
  readonly file?: string | undefined
  readonly clock: Clock
  readonly time: () => ClockStatus
  /** Uniformly distributed bytes, of the system's generator. */
  readonly random: (bytes: number) => Uint8Array
  readonly log: Log
}

const BOOT_BYTES = 8

/**
 * Gives every run its epoch and boot (docs/protocols.md section 5). The epoch is the largest of the last one + 1,
 * Unix seconds where the time is known, and 1 + any seen under our own seal: so it rises though a home was
 * restored from an old backup. The boot is random: no position is used twice even where nothing could be read
 * or written.
 */
export class Epochs {
  readonly #options: EpochsOptions
  /** The smallest epoch that the next run may have. */
  #min: number

  constructor(options: EpochsOptions) {
    this.#options = options
    this.#min = this.#stored() + 1
  }

  /** A new run, its epoch on disk before this returns. A disk that takes nothing is logged, not thrown. */
  begin(): Run {
    const { clock, time, random } = this.#options
    const epoch = Math.max(this.#min, Math.floor(correctedTime(clock, time()) ?? 0))
    this.#min = epoch + 1
    this.#store(epoch)
    return { epoch, boot: Buffer.from(random(BOOT_BYTES)).toString('hex') }
  }

  /** Lets every later run have a higher epoch than one that was seen under our own seal. */
  raise(seen: number): void {
    if (Number.isSafeInteger(seen + 1)) this.#min = Math.max(this.#min, seen + 1)
  }

  /** An absent or damaged file is as good as none: the boot keeps positions apart. */
  #stored(): number {
    const { file, log } = this.#options
    if (file === undefined) return 0
    try {
      const text = readFileSync(file, 'utf8').trim()
      if (/^\d{1,16}$/.test(text) && Number.isSafeInteger(Number(text))) return Number(text)
      log.warn(`the epoch in ${file} is not a number: begun anew`)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
        log.warn(`the epoch of the last run cannot be read: ${describeError(error)}`)
      }
    }
    return 0
  }

  #store(epoch: number): void {
    const { file, log } = this.#options
    if (file === undefined) return
    try {
      writeAtomicSync(file, `${epoch}\n`)
    } catch (error) {
      log.warn(`the epoch of this run cannot be kept: ${describeError(error)}`, { epoch })
    }
  }
}
