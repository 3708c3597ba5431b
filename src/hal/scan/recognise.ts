import { isNodeError } from '../../error.ts'
import { i2cDevice } from '../bus/i2c-device.ts'
import type { ClockDefinition } from '../clock-chip.ts'
import { type I2cBus, isBusError } from '../i2c.ts'
import type { I2cSensorDefinition, Identification, MatchResult, OpenContext } from '../sensor.ts'

/** A chip that may be at an address. */
export type Candidate = I2cSensorDefinition | ClockDefinition

/** What recognise() found. */
export interface Verdict {
  readonly sure?: Candidate
  /** The possible types where it is not sure, the likeliest first. */
  readonly maybe: readonly Candidate[]
  /** Its type, where it is none of the candidates. */
  readonly relative?: string
}

export type ScanContext = Pick<OpenContext, 'clock' | 'signal'>

/**
 * Recognises the chip at an address among the candidates: by identities first, then by constant bits, then by
 * the address alone; ends at the first sure result.
 * @throws BusError where the bus fails, not the chip
 */
export async function recognise(
  bus: I2cBus,
  address: number,
  candidates: readonly Candidate[],
  context: ScanContext
): Promise<Verdict> {
  const maybe: Candidate[] = []
  for (const candidate of candidates.filter(({ addresses }) => addresses.includes(address)).sort(byTurn)) {
    const result = await matchResultOf(bus, address, candidate, context)
    if (result === 'sure') return { sure: candidate, maybe: [] }
    if (result === 'maybe') maybe.push(candidate)
    if (typeof result === 'string' || candidates.some(({ type }) => type === result.relative)) continue
    return { maybe: [], relative: result.relative }
  }
  return { maybe }
}

async function matchResultOf(
  bus: I2cBus,
  address: number,
  { type, identification }: Candidate,
  context: ScanContext
): Promise<MatchResult> {
  if (identification === undefined) return 'maybe'
  try {
    return await identification.ask(i2cDevice(bus, address, type), context)
  } catch (error) {
    context.signal.throwIfAborted()
    const refused = isBusError(error) ? error.kind.startsWith('no-acknowledge') : isNodeError(error)
    if (refused) return 'no'
    throw error
  }
}

/** A type without an identification is recognised by its address alone. */
const rank = (identification: Identification | undefined): number =>
  10 * (identification?.by ?? 3) + (identification?.turn ?? 1)

function byTurn(one: Candidate, other: Candidate): number {
  return rank(one.identification) - rank(other.identification)
}
