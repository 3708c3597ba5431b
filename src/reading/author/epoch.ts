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
  /**
   * The highest epoch of our own runs that the history holds; 0 where it holds none.
   * @param isAll whether nothing else has an epoch: then what of a damaged history is not taken over yet counts, too
   */
  readonly kept: (isAll: boolean) => number
  /** Uniformly distributed bytes, of the system's generator. */
  readonly random: (bytes: number) => Uint8Array
  readonly log: Log
}

/** In the home: the epoch of the last run. */
export const EPOCH_FILE = 'epoch'

const BOOT_BYTES = 8
/** Unix seconds, in the year 2242: no clock makes a later epoch, and a damaged digit may. */
const MAX_EPOCH = 2 ** 33 - 1

/** @returns the epoch of a file's text; undefined where it is none that a node wrote */
export function parseEpoch(text: string): number | undefined {
  const epoch = /^\d{1,10}$/.test(text.trim()) ? Number(text) : Number.NaN
  return epoch <= MAX_EPOCH ? epoch : undefined
}

/**
 * Gives every run its epoch and boot (docs/protocols.md section 5). The epoch is the largest of the last one + 1,
 * 1 + that of any run in the history, Unix seconds where the time is known, and 1 + any seen under our own seal: so it
 * rises though a home was restored from an old backup. The boot is random: no position is used twice even where nothing could be read
 * or written.
 */
export class Epochs {
  readonly #options: EpochsOptions
  /** The smallest epoch that the next run may have. */
  #min: number

  constructor(options: EpochsOptions) {
    this.#options = options
    const stored = this.#stored()
    this.#min = (stored ?? 0) + 1
    this.raise(options.kept(stored === undefined))
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

  /** An absent or damaged file is as good as none: the history has the last run, and the boot keeps positions apart. */
  #stored(): number | undefined {
    const { file, log } = this.#options
    if (file === undefined) return undefined
    try {
      const stored = parseEpoch(readFileSync(file, 'utf8'))
      if (stored !== undefined) return stored
      log.warn(`the epoch in ${file} is damaged: the next is above those of the history`)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
        log.warn(`the epoch of the last run cannot be read: ${describeError(error)}`)
      }
    }
    return undefined
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
