import { bytesOfHex } from '../../cbor/bytes.ts'
import type { CborValue } from '../../cbor/value.ts'
import type { Reading } from '../reading.ts'
import { faultText } from './fault-text.ts'
import { PackError } from './pack-error.ts'
import { FAULT_NAME, LABEL, OWN } from './senml.ts'

/** What holds for the next record of a pack. */
export interface Base {
  readonly series: string
  readonly seq: number
  readonly unit: string | null
  readonly errorBound: number | undefined
  /** Unix milliseconds of bt; undefined where the time is unknown. */
  readonly time: number | undefined
  readonly mono: number | undefined
}

type SenmlRecord = Map<number | string, CborValue>

/** Milliseconds between the wall clock and the run's that are jitter of reading both, not a step. */
const MONO_TOLERANCE = 2

/**
 * One reading as a record that says what the records before it do not.
 * @param base what they left behind; undefined for the first, which says all
 * @param sealedMono milliseconds since the run began, when the pack is sealed
 * @throws PackError for a reading out of order, or taken after it was sealed
 */
export function recordOf(
  reading: Reading,
  base: Base | undefined,
  sealedMono: number
): { record: SenmlRecord; base: Base } {
  const record: SenmlRecord = new Map()
  if (base === undefined) addRun(record, reading)
  addPlace(record, reading, base)
  addUnit(record, reading, base)
  const clock =
    reading.time === null ? addAge(record, reading, base, sealedMono) : addTime(record, reading, base)
  record.set(LABEL.interval, reading.interval)
  addOutcome(record, reading)
  const { series, errorBound, position } = reading
  return {
    record,
    base: { series, seq: position.seq, unit: reading.unit ?? base?.unit ?? null, errorBound, ...clock }
  }
}

function addRun(record: SenmlRecord, { position, quality }: Reading): void {
  record.set(OWN.epoch, position.epoch)
  record.set(OWN.boot, bytesOfHex(position.boot))
  record.set(OWN.quality, quality)
}

function addPlace(record: SenmlRecord, { series, position }: Reading, base: Base | undefined): void {
  const begins = series !== base?.series
  if (!begins && position.seq <= base.seq)
    throw new PackError('position', `seq ${position.seq} does not rise`)
  if (begins) record.set(LABEL.baseName, series)
  if (begins || position.seq !== base.seq + 1) record.set(OWN.seq, position.seq)
}

function addUnit(record: SenmlRecord, { unit, errorBound }: Reading, base: Base | undefined): void {
  if (unit !== null && unit !== base?.unit) record.set(LABEL.baseUnit, unit)
  if (errorBound !== undefined && errorBound !== base?.errorBound) record.set(OWN.errorBound, errorBound)
}

type ClockBase = Pick<Base, 'time' | 'mono'>

/** An unknown time: how old the reading is when it is sealed, and when in the run that was. */
function addAge(
  record: SenmlRecord,
  reading: Reading,
  base: Base | undefined,
  sealedMono: number
): ClockBase {
  if (reading.mono === undefined) throw new PackError('time', 'a reading with neither time nor mono')
  const sealed = Math.round(sealedMono)
  const age = sealed - Math.round(reading.mono)
  if (age < 0) throw new PackError('time', 'a reading after it was sealed')
  if (base === undefined) record.set(OWN.mono, sealed)
  addOffset(record, -age)
  return { time: undefined, mono: sealed }
}

/** The first record's own time is the base; a step of the wall clock against the run's begins another. */
function addTime(record: SenmlRecord, reading: Reading, base: Base | undefined): ClockBase {
  const time = Math.round((reading.time ?? 0) * 1000)
  const mono = reading.mono === undefined ? undefined : Math.round(reading.mono)
  if (base?.time !== undefined) {
    const drift = (mono ?? 0) - (base.mono ?? 0) - (time - base.time)
    if (mono === undefined || Math.abs(drift) <= MONO_TOLERANCE) {
      addOffset(record, time - base.time)
      return { time: base.time, mono: base.mono }
    }
  }
  record.set(LABEL.baseTime, time / 1000)
  if (mono !== undefined) record.set(OWN.mono, mono)
  return { time, mono }
}

/** t, in seconds; none says 0 (RFC 8428 section 4.5). */
function addOffset(record: SenmlRecord, ms: number): void {
  if (ms !== 0) record.set(LABEL.time, ms / 1000)
}

function addOutcome(record: SenmlRecord, { value, fault }: Reading): void {
  if (fault !== undefined) {
    record.set(LABEL.name, FAULT_NAME)
    record.set(LABEL.text, `${fault.code} ${faultText(fault.text, fault.code)}`)
  } else record.set(typeof value === 'boolean' ? LABEL.boolean : LABEL.value, value)
}
