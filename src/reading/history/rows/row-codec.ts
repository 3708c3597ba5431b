import { defined } from '../../../defined.ts'
import type { Outcome, Reading, TimeQuality } from '../../reading.ts'
import type { Run } from '../../run.ts'
import { ByteReader } from './byte-reader.ts'
import { ByteWriter } from './byte-writer.ts'

/*
 * The readings of one series and run, seq one up from row to row, each as what changed since the row before:
 *
 *   row    = flags [alike] [time] [mono] outcome
 *   flags  = bits 0-1 quality of the time, 2 a time, 3 a mono, 4 error bound and interval as before,
 *            5-6 outcome: 0 number, 1 boolean, 2 fault, 3 the fault of the fault before; 7 the boolean
 *   alike  = u8 whether there is an error bound [double] double(interval)     unless they are as before
 *   time   = change of the milliseconds since 1970 against what the interval lets expect
 *   mono   = change of the milliseconds of the run against what the time lets expect
 *   number = change of the value in units of 10^-scale
 *   fault  = text(code) text(text)
 *   change = varint: 2 x zigzag of a whole number; or 1, then double, which sets the scale
 *   double = u8 scale, varint zigzag; scale 255: 8 bytes, IEEE 754, little-endian
 *
 * Every number comes back bit by bit.
 */
const TIME = 4
const MONO = 8
const ALIKE = 16
const OUTCOME = 32
const TRUE = 128
const KIND = { number: 0, boolean: 1, fault: 2, sameFault: 3 } as const

/** Whole numbers up to here remain exact through zigzag and a doubling. */
const MAX_WHOLE = 2 ** 50
const RAW = 255
const MAX_SCALE = 9
const POWERS = Array.from({ length: MAX_SCALE + 1 }, (_, scale) => 10 ** scale)

/** A number that is written as its change. */
interface Track {
  scale: number
  whole: number
}

/** What is known of the row before; the same in both directions. */
class Before {
  readonly value: Track = { scale: RAW, whole: 0 }
  readonly time: Track = { scale: 3, whole: 0 }
  readonly mono: Track = { scale: 0, whole: 0 }
  errorBound: number | undefined
  interval = 0
  fault: { readonly code: string; readonly text: string } | undefined

  /** Milliseconds from a row to the next. */
  get step(): number {
    return Math.round(this.interval * 1000) || 0
  }
}

/** The rows of one series and run, whose seqs have no gap. */
export class RowEncoder {
  readonly #out = new ByteWriter()
  readonly #before = new Before()

  get length(): number {
    return this.#out.length
  }

  written(): Buffer {
    return this.#out.written()
  }

  append(reading: Reading): void {
    const { time, mono, errorBound, interval, quality } = reading
    const before = this.#before
    const alike = errorBound === before.errorBound && interval === before.interval
    const kind = this.#kindOf(reading)
    this.#out.u8(
      quality +
        (time === null ? 0 : TIME) +
        (mono === undefined ? 0 : MONO) +
        (alike ? ALIKE : 0) +
        kind * OUTCOME +
        (reading.value === true ? TRUE : 0)
    )
    if (!alike) this.#alike(errorBound, interval)
    const { step } = before
    const timeBefore = before.time.whole
    if (time !== null) this.#change(before.time, time, step)
    const passed = time === null ? step : before.time.whole - timeBefore
    if (mono !== undefined) this.#change(before.mono, mono, passed)
    this.#outcome(reading, kind)
  }

  #kindOf({ value, fault }: Reading): number {
    if (fault === undefined) return typeof value === 'boolean' ? KIND.boolean : KIND.number
    const before = this.#before.fault
    return before?.code === fault.code && before.text === fault.text ? KIND.sameFault : KIND.fault
  }

  #outcome({ value, fault }: Reading, kind: number): void {
    if (kind === KIND.number) this.#change(this.#before.value, Number(value), 0)
    if (kind !== KIND.fault || fault === undefined) return
    this.#out.text(fault.code)
    this.#out.text(fault.text)
    this.#before.fault = fault
  }

  #alike(errorBound: number | undefined, interval: number): void {
    this.#out.u8(errorBound === undefined ? 0 : 1)
    if (errorBound !== undefined) this.#double(errorBound)
    this.#double(interval)
    this.#before.errorBound = errorBound
    this.#before.interval = interval
  }

  #change(track: Track, value: number, expected: number): void {
    const whole = track.scale === RAW ? undefined : wholeOf(value, track.scale)
    const change = whole === undefined ? MAX_WHOLE : whole - track.whole - expected
    if (whole !== undefined && Math.abs(change) < MAX_WHOLE) {
      this.#out.varint(2 * zigzag(change))
      track.whole = whole
      return
    }
    this.#out.varint(1)
    Object.assign(track, this.#double(value))
  }

  #double(value: number): Track {
    const scale = POWERS.findIndex((_, one) => wholeOf(value, one) !== undefined)
    const whole = scale === -1 ? undefined : wholeOf(value, scale)
    if (whole === undefined) {
      this.#out.u8(RAW)
      this.#out.f64(value)
      return { scale: RAW, whole: 0 }
    }
    this.#out.u8(scale)
    this.#out.varint(zigzag(whole))
    return { scale, whole }
  }
}

/**
 * @param first seq of the first row
 * @throws RangeError for bytes that RowEncoder did not write
 */
export function* decodeRows(
  bytes: Uint8Array,
  { series, unit, run, first }: { series: string; unit: string | null; run: Run; first: number }
): Generator<Reading> {
  const decoder = new RowDecoder(bytes)
  const { epoch, boot } = run
  for (let seq = first; !decoder.isEnd; seq++) {
    const { time, quality, errorBound, mono, interval, outcome } = decoder.next()
    const position = { epoch, boot, seq }
    yield { series, position, time, quality, ...defined({ errorBound, mono }), unit, interval, ...outcome }
  }
}

class RowDecoder {
  readonly #in: ByteReader
  readonly #before = new Before()

  constructor(bytes: Uint8Array) {
    this.#in = new ByteReader(bytes)
  }

  get isEnd(): boolean {
    return this.#in.isEnd
  }

  next(): {
    time: number | null
    quality: TimeQuality
    errorBound: number | undefined
    mono: number | undefined
    interval: number
    outcome: Outcome
  } {
    const flags = this.#in.u8()
    const before = this.#before
    if ((flags & ALIKE) === 0) this.#alike()
    const quality = qualityOf(flags & 3)
    const { step } = before
    const timeBefore = before.time.whole
    const time = (flags & TIME) === 0 ? null : this.#change(before.time, step)
    const passed = time === null ? step : before.time.whole - timeBefore
    const mono = (flags & MONO) === 0 ? undefined : this.#change(before.mono, passed)
    const { errorBound, interval } = before
    const outcome = this.#outcome((flags >> 5) & 3, (flags & TRUE) !== 0)
    return { time, quality, errorBound, mono, interval, outcome }
  }

  #outcome(kind: number, isTrue: boolean): Outcome {
    const before = this.#before
    if (kind === KIND.number) return { value: this.#change(before.value, 0) }
    if (kind === KIND.boolean) return { value: isTrue }
    if (kind === KIND.fault) before.fault = { code: this.#in.text(), text: this.#in.text() }
    if (before.fault === undefined) throw new RangeError('a fault as before, and there is none')
    return { fault: before.fault }
  }

  #alike(): void {
    this.#before.errorBound = this.#in.u8() === 0 ? undefined : this.#double().value
    this.#before.interval = this.#double().value
  }

  #change(track: Track, expected: number): number {
    const change = this.#in.varint()
    if (change % 2 === 1) {
      const { value, scale, whole } = this.#double()
      Object.assign(track, { scale, whole })
      return value
    }
    if (track.scale === RAW) throw new RangeError('a change of a number that has no scale')
    track.whole += unzigzag(change / 2) + expected
    return track.whole / powerOf(track.scale)
  }

  #double(): Track & { readonly value: number } {
    const scale = this.#in.u8()
    if (scale === RAW) return { scale, whole: 0, value: this.#in.f64() }
    if (scale > MAX_SCALE) throw new RangeError(`a scale of ${scale}`)
    const whole = unzigzag(this.#in.varint())
    return { scale, whole, value: whole / powerOf(scale) }
  }
}

/** The number in units of 10^-scale, undefined where it is not exactly that. */
function wholeOf(value: number, scale: number): number | undefined {
  const whole = Math.round(value * powerOf(scale))
  const isExact = Math.abs(whole) < MAX_WHOLE && whole / powerOf(scale) === value && !Object.is(whole, -0)
  return isExact ? whole : undefined
}

function powerOf(scale: number): number {
  return POWERS[scale] ?? 1
}

function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value
}

function unzigzag(value: number): number {
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2
}

function qualityOf(value: number): TimeQuality {
  return value === 0 || value === 1 ? value : 2
}
