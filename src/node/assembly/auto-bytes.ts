import { ownMemory } from '../../config/machine-size.ts'

const MIB = 1024 ** 2

/** What `auto` makes of the memory that this process may use. */
export interface AutoBytes {
  /** The memory is divided by this. */
  readonly share: number
  /** MiB. */
  readonly min: number
  readonly max: number
}

/** @param memory bytes; that of the machine, or of the control group where that is less, unless given */
export function autoBytes(
  configured: number | 'auto',
  { share, min, max }: AutoBytes,
  memory = ownMemory()
): number {
  if (configured !== 'auto') return configured
  return Math.round(Math.min(max * MIB, Math.max(min * MIB, memory / share)))
}
