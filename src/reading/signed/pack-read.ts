import { CborCursor } from '../../cbor/cursor.ts'
import { defined } from '../../defined.ts'
import { FAULT_TEXT } from '../../names.ts'
import type { Quantities, Quantity } from '../quantity.ts'
import type { Fault, Outcome, Reading, TimeQuality } from '../reading.ts'
import type { Run } from '../run.ts'
import { parseSeries } from '../series.ts'
import { faultText } from './fault-text.ts'
import { asPackError, isPackError, PackError } from './pack-error.ts'
import { asText, required } from './pack-fields.ts'
import { RecordFields } from './record-fields.ts'
import {
  END_OF_TIME,
  FAULT_NAME,
  LABEL,
  MAX_DEPTH,
  MAX_FAULT_TEXT,
  MAX_RECORDS,
  MIN_UNIX_TIME,
  OWN
} from './senml.ts'

/** What a pack is checked against. */
export interface PackRules {
  /** The signer: every series in the pack must be its own. */
  readonly peer: string
  /** Those of the topic. */
  readonly quantities: Quantities
  /** Bytes of payload, at most 16,384. */
  readonly maxPayload: number
}

/** What a pack says. */
export interface PackContent {
  /** In record order. */
  readonly readings: readonly Reading[]
  /** Why some of the readings are faults `bad-record`, one for each: a record breaks one of the rules P9 to P12. */
  readonly flaws: readonly PackError[]
}

/** The code of the fault that stands for a record without a value of its quantity. */
const BAD_RECORD = 'bad-record'

/**
 * Reads a pack's payload: SenML in CBOR, as docs/protocols.md section 8 narrows it. A record whose value is not one
 * of its quantity (P9 to P12) becomes a fault; any other flaw is of the whole pack.
 * @throws PackError whose `why` names the rule; there is no other
 */
export function decodePack(payload: Uint8Array, rules: PackRules): PackContent {
  return asPackError(() => {
    const limits = { maxBytes: rules.maxPayload, maxDepth: MAX_DEPTH, maxItems: MAX_RECORDS }
    const cursor = new CborCursor(payload, limits, 'views')
    const count = cursor.array(0)
    if (count === undefined) throw new PackError('form', 'a pack is an array')
    if (count === 0) throw new PackError('items', 'a pack has a record or more')
    const reader = new RecordReader(rules)
    const fields = new RecordFields()
    const readings: Reading[] = []
    for (let i = 0; i < count; i++) {
      fields.read(cursor)
      readings.push(reader.read(fields))
    }
    cursor.end()
    return { readings, flaws: reader.flaws }
  })
}

interface Series {
  readonly name: string
  readonly quantity: Quantity
}

/** Positions of a series in a run. */
interface Counter {
  readonly run: Run
  /** The seq that follows; undefined before the first. */
  next: number | undefined
}

/** Resolves records one by one: base fields hold until a later record replaces them. */
class RecordReader {
  readonly flaws: PackError[] = []
  readonly #rules: PackRules
  #series: Series | undefined
  #unit: string | undefined
  #epoch: number | undefined
  #boot: string | undefined
  #quality: TimeQuality | undefined
  #errorBound: number | undefined
  #baseTime: number | undefined
  #baseMono: number | undefined
  /** By series and run. */
  readonly #counters = new Map<string, Counter>()
  /** That of the base fields that hold. */
  #counter: Counter | undefined

  constructor(rules: PackRules) {
    this.#rules = rules
  }

  read(record: RecordFields): Reading {
    if (record.hasBase) this.#replaceBase(record)
    const { name, quantity } = required(this.#series, 'name', 'bn')
    const outcome = this.#outcome(record, quantity)
    this.#checkUnit(record, quantity, outcome)
    const position = this.#position(record, name)
    const { time = 0 } = record
    const quality = required(this.#quality, 'time', OWN.quality)
    const mono = monoOf(this.#baseMono, time)
    const when = quality === 2 ? this.#unknownTime(time, mono) : this.#knownTime(time)
    const errorBound = quality === 2 ? undefined : this.#errorBound
    const { unit } = quantity
    const interval = intervalOf(record)
    // A literal of each frequent form: to spread what may be absent costs as much as all the rest.
    const { value } = outcome
    if (value !== undefined && mono !== undefined && errorBound === undefined)
      return { series: name, position, time: when, quality, mono, unit, interval, value }
    if (value !== undefined && mono !== undefined && errorBound !== undefined)
      return { series: name, position, time: when, quality, errorBound, mono, unit, interval, value }
    const given = defined({ errorBound, mono })
    return { series: name, position, time: when, quality, ...given, unit, interval, ...outcome }
  }

  #outcome(record: RecordFields, quantity: Quantity): Outcome {
    try {
      return outcomeOf(record, quantity)
    } catch (error) {
      if (!isPackError(error)) throw error
      this.flaws.push(error)
      return { fault: { code: BAD_RECORD, text: faultText(`its author sent ${error.message}`) } }
    }
  }

  #replaceBase(record: RecordFields): void {
    const { baseName, epoch, boot } = record
    if (baseName !== undefined) this.#series = this.#ownSeries(baseName)
    if (baseName !== undefined || epoch !== undefined || boot !== undefined) this.#counter = undefined
    this.#unit = record.baseUnit ?? this.#unit
    this.#epoch = epoch ?? this.#epoch
    this.#boot = boot ?? this.#boot
    this.#quality = record.quality ?? this.#quality
    this.#errorBound = record.errorBound ?? this.#errorBound
    this.#baseTime = record.baseTime ?? this.#baseTime
    this.#baseMono = record.mono ?? this.#baseMono
  }

  #ownSeries(name: string): Series {
    const parts = parseSeries(name)
    if (parts === undefined) throw new PackError('name', `${JSON.stringify(name)} is not a series name`)
    if (parts.peer !== this.#rules.peer) throw new PackError('name', `${name} is not the signer's`)
    const quantity = this.#rules.quantities.get(parts.quantity)
    if (quantity === undefined) throw new PackError('quantity', `${parts.quantity} is none of this topic's`)
    return { name, quantity }
  }

  /** A unit must be the quantity's own; only a fault needs none, and a quantity without one is given none. */
  #checkUnit(record: RecordFields, quantity: Quantity, outcome: Outcome): void {
    const held = quantity.unit === null ? record.baseUnit : this.#unit
    const unit = record.unit ?? held ?? null
    if (unit === quantity.unit || (unit === null && outcome.fault !== undefined)) return
    throw new PackError('unit', `unit ${unit} for ${quantity.name}, which has ${quantity.unit}`)
  }

  #position(record: RecordFields, name: string): Reading['position'] {
    this.#counter ??= this.#counterOf(name)
    const { run, next } = this.#counter
    const seq = required(record.seq ?? next, 'position', OWN.seq)
    if (seq < (next ?? 0)) throw new PackError('position', `seq ${seq} does not rise`)
    if (!Number.isSafeInteger(seq)) throw new PackError('position', 'seq of 2^53')
    this.#counter.next = seq + 1
    return { epoch: run.epoch, boot: run.boot, seq }
  }

  #counterOf(name: string): Counter {
    const epoch = required(this.#epoch, 'run', OWN.epoch)
    const boot = required(this.#boot, 'run', OWN.boot)
    const key = `${name} ${epoch} ${boot}`
    const known = this.#counters.get(key)
    if (known !== undefined) return known
    const counter = { run: { epoch, boot }, next: undefined }
    this.#counters.set(key, counter)
    return counter
  }

  #knownTime(offset: number): number {
    const time = microseconds((this.#baseTime ?? 0) + offset)
    if (time >= MIN_UNIX_TIME && time < END_OF_TIME) return time
    throw new PackError('time', `${time} is no time`)
  }

  #unknownTime(offset: number, mono: number | undefined): null {
    if (this.#baseTime !== undefined) throw new PackError('time', 'bt with an unknown time')
    if (offset > 0) throw new PackError('time', 'a reading after it was sealed')
    if (mono === undefined) throw new PackError('time', `no ${OWN.mono} to compute its age from`)
    return null
  }
}

/** A sum of two binary fractions is inexact; one time written in two packs must come out equal. */
function microseconds(seconds: number): number {
  return Math.round(seconds * 1e6) / 1e6
}

/** Whole milliseconds since the run began; undefined where that is no time of a run. */
function monoOf(base: number | undefined, offset: number): number | undefined {
  const mono = Math.round((base ?? Number.NaN) + offset * 1000)
  return mono >= 0 && Number.isSafeInteger(mono) ? mono : undefined
}

function intervalOf({ interval }: RecordFields): number {
  const given = required(interval, 'interval', 'ut')
  if (!(given > 0)) throw new PackError('interval', 'ut is not above 0')
  return given
}

/** Exactly one of v, vs and vb, and the one that the quantity or a fault has. */
function outcomeOf(record: RecordFields, quantity: Quantity): Outcome {
  const { name, text, boolean } = record
  const values = Number(record.hasValue) + Number(text !== undefined) + Number(boolean !== undefined)
  if (values !== 1) throw new PackError('value', `${values} values in one record`)
  if (name !== undefined) {
    if (asText(name, LABEL.name, 'name') !== FAULT_NAME) throw new PackError('name', 'n in a reading')
    return { fault: faultOf(asText(text ?? '', LABEL.text, 'fault')) }
  }
  const value = quantity.kind === 'boolean' ? boolean : record.value
  if (typeof value === quantity.kind) return { value: value as number | boolean }
  throw new PackError('value', `no ${quantity.kind} for ${quantity.name}`)
}

/** `no-acknowledge bme280 at 0x76 …`; control characters would reach terminals and logs. */
function faultOf(text: string): Fault {
  const [, code, sentence] = FAULT_TEXT.exec(text) ?? []
  if (code === undefined || sentence === undefined || [...sentence].length > MAX_FAULT_TEXT) {
    throw new PackError('fault', 'a fault without code and text')
  }
  return { code, text: sentence }
}
