import { readCbor } from '../../cbor/read.ts'
import { type CborMap, isCborMap, numberOf } from '../../cbor/value.ts'
import { FAULT_TEXT } from '../../names.ts'
import type { Quantities, Quantity } from '../quantity.ts'
import type { Fault, Outcome, Reading, TimeQuality } from '../reading.ts'
import type { Run } from '../run.ts'
import { parseSeries } from '../series.ts'
import { faultText } from './fault-text.ts'
import { asPackError, isPackError, PackError } from './pack-error.ts'
import { amountAt, countAt, hexAt, numberAt, required, textAt } from './pack-fields.ts'
import {
  BOOT_BYTES,
  END_OF_TIME,
  FAULT_NAME,
  forbiddenKey,
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
  const limits = { maxBytes: rules.maxPayload, maxDepth: MAX_DEPTH, maxItems: MAX_RECORDS }
  const records = asPackError(() => readCbor(payload, limits))
  if (!Array.isArray(records)) throw new PackError('form', 'a pack is an array')
  if (records.length === 0) throw new PackError('items', 'a pack has a record or more')
  const reader = new RecordReader(rules)
  const readings = records.map((record, i) => {
    if (!isCborMap(record)) throw new PackError('form', `record ${i} is not a map`)
    return reader.read(record)
  })
  return { readings, flaws: reader.flaws }
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

  read(record: CborMap): Reading {
    const forbidden = forbiddenKey(record)
    if (forbidden !== undefined) throw new PackError('key', `key ${JSON.stringify(forbidden)} is refused`)
    this.#replaceBase(record)
    const { name, quantity } = required(this.#series, 'name', 'bn')
    const outcome = this.#outcome(record, quantity)
    this.#checkUnit(record, quantity, outcome)
    return {
      series: name,
      position: this.#position(record, name),
      ...this.#timing(record),
      unit: quantity.unit,
      interval: intervalOf(record),
      ...outcome
    }
  }

  #outcome(record: CborMap, quantity: Quantity): Outcome {
    try {
      return outcomeOf(record, quantity)
    } catch (error) {
      if (!isPackError(error)) throw error
      this.flaws.push(error)
      return { fault: { code: BAD_RECORD, text: faultText(`its author sent ${error.message}`) } }
    }
  }

  #replaceBase(record: CborMap): void {
    const name = textAt(record, LABEL.baseName, 'name')
    if (name !== undefined) this.#series = this.#ownSeries(name)
    if (name !== undefined || record.has(OWN.epoch) || record.has(OWN.boot)) this.#counter = undefined
    this.#unit = textAt(record, LABEL.baseUnit, 'unit') ?? this.#unit
    this.#epoch = countAt(record, OWN.epoch, 'run') ?? this.#epoch
    this.#boot = hexAt(record, OWN.boot, BOOT_BYTES, 'run') ?? this.#boot
    this.#quality = qualityOf(record) ?? this.#quality
    this.#errorBound = amountAt(record, OWN.errorBound, 'time') ?? this.#errorBound
    this.#baseTime = numberAt(record, LABEL.baseTime, 'time') ?? this.#baseTime
    this.#baseMono = amountAt(record, OWN.mono, 'time') ?? this.#baseMono
  }

  #ownSeries(name: string): Series {
    const parts = parseSeries(name)
    if (parts === undefined) throw new PackError('name', `${JSON.stringify(name)} is no series name`)
    if (parts.peer !== this.#rules.peer) throw new PackError('name', `${name} is not the signer's`)
    const quantity = this.#rules.quantities.get(parts.quantity)
    if (quantity === undefined) throw new PackError('quantity', `${parts.quantity} is none of this topic's`)
    return { name, quantity }
  }

  /** A unit must be the quantity's own; only a fault needs none, and a quantity without one is given none. */
  #checkUnit(record: CborMap, quantity: Quantity, outcome: Outcome): void {
    const given = textAt(record, LABEL.unit, 'unit')
    const held = quantity.unit === null ? textAt(record, LABEL.baseUnit, 'unit') : this.#unit
    const unit = given ?? held ?? null
    if (unit === quantity.unit || (unit === null && outcome.fault !== undefined)) return
    throw new PackError('unit', `unit ${unit} for ${quantity.name}, which has ${quantity.unit}`)
  }

  #position(record: CborMap, name: string): Reading['position'] {
    this.#counter ??= this.#counterOf(name)
    const { run, next } = this.#counter
    const seq = required(countAt(record, OWN.seq, 'position') ?? next, 'position', OWN.seq)
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

  #timing(record: CborMap): Pick<Reading, 'time' | 'quality' | 'errorBound' | 'mono'> {
    const quality = required(this.#quality, 'time', OWN.quality)
    const offset = numberAt(record, LABEL.time, 'time') ?? 0
    const mono = monoOf(this.#baseMono, offset)
    if (quality === 2) {
      if (this.#baseTime !== undefined) throw new PackError('time', 'bt with an unknown time')
      if (offset > 0) throw new PackError('time', 'a reading after it was sealed')
      if (mono.mono === undefined) throw new PackError('time', `no ${OWN.mono} to compute its age from`)
      return { time: null, quality, ...mono }
    }
    const time = microseconds((this.#baseTime ?? 0) + offset)
    if (!(time >= MIN_UNIX_TIME && time < END_OF_TIME)) throw new PackError('time', `${time} is no time`)
    const bound = this.#errorBound === undefined ? {} : { errorBound: this.#errorBound }
    return { time, quality, ...bound, ...mono }
  }
}

function qualityOf(record: CborMap): TimeQuality | undefined {
  const quality = countAt(record, OWN.quality, 'time')
  if (quality === undefined || quality === 0 || quality === 1 || quality === 2) return quality
  throw new PackError('time', `${OWN.quality} ${quality} is unknown`)
}

/** A sum of two binary fractions is inexact; one time written in two packs must come out equal. */
function microseconds(seconds: number): number {
  return Math.round(seconds * 1e6) / 1e6
}

/** Whole milliseconds since the run began; none where that is no time of a run. */
function monoOf(base: number | undefined, offset: number): { mono?: number } {
  const mono = Math.round((base ?? Number.NaN) + offset * 1000)
  return mono >= 0 && Number.isSafeInteger(mono) ? { mono } : {}
}

function intervalOf(record: CborMap): number {
  const interval = required(numberAt(record, LABEL.interval, 'interval'), 'interval', 'ut')
  if (!(interval > 0)) throw new PackError('interval', 'ut is not above 0')
  return interval
}

/** Exactly one of v, vs and vb, and the one that the quantity or a fault has. */
function outcomeOf(record: CborMap, quantity: Quantity): Outcome {
  const values =
    Number(record.has(LABEL.value)) + Number(record.has(LABEL.text)) + Number(record.has(LABEL.boolean))
  if (values !== 1) throw new PackError('value', `${values} values in one record`)
  const name = textAt(record, LABEL.name, 'name')
  if (name === FAULT_NAME) return { fault: faultOf(textAt(record, LABEL.text, 'fault') ?? '') }
  if (name !== undefined) throw new PackError('name', 'n in a reading')
  const value = quantity.kind === 'boolean' ? record.get(LABEL.boolean) : numberOf(record.get(LABEL.value))
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
