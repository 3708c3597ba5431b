import type { CborCursor } from '../../cbor/cursor.ts'
import type { CborValue } from '../../cbor/value.ts'
import type { TimeQuality } from '../reading.ts'
import { PackError, type PackFlaw } from './pack-error.ts'
import { asAmount, asCount, asHex, asText } from './pack-fields.ts'
import { BOOT_BYTES, LABEL, mayIgnore, OWN } from './senml.ts'

/** Arrays and maps that a record's map is in, and that its values are in. */
const IN_PACK = 1
const IN_RECORD = 2

/**
 * The fields of one record, as docs/protocols.md section 8 has them; undefined where absent. One object takes record
 * after record, so that a pack of 256 costs no 256 maps. Where a flaw of a field is of one record only (P9 to P12), the
 * field holds what came.
 */
export class RecordFields {
  baseName: string | undefined
  baseTime: number | undefined
  baseUnit: string | undefined
  name: CborValue | undefined
  unit: string | undefined
  /** Undefined too where v is not a number. */
  value: number | undefined
  hasValue = false
  text: CborValue | undefined
  boolean: CborValue | undefined
  time: number | undefined
  interval: number | undefined
  epoch: number | undefined
  boot: string | undefined
  seq: number | undefined
  quality: TimeQuality | undefined
  errorBound: number | undefined
  mono: number | undefined
  /** Whether any of the base fields is there, those of ours included. */
  hasBase = false

  /** Takes the next record. @throws CborError, PackError */
  read(cursor: CborCursor): void {
    const count = cursor.map(IN_PACK)
    if (count === undefined) {
      cursor.item(IN_PACK)
      throw new PackError('form', 'a record is not a map')
    }
    this.#clear()
    for (let i = 0; i < count; i++) this.#field(cursor.key(i === 0), cursor)
  }

  #field(key: number | string, cursor: CborCursor): void {
    switch (key) {
      case LABEL.value:
        this.hasValue = true
        this.value = cursor.number(IN_RECORD)
        if (this.value === undefined) cursor.item(IN_RECORD)
        break
      case LABEL.time:
        this.time = numberOf(cursor, key, 'time')
        break
      case LABEL.interval:
        this.interval = numberOf(cursor, key, 'interval')
        break
      case LABEL.boolean:
        this.boolean = cursor.item(IN_RECORD)
        break
      case LABEL.text:
        this.text = cursor.item(IN_RECORD)
        break
      case LABEL.name:
        this.name = cursor.item(IN_RECORD)
        break
      case LABEL.unit:
        this.unit = asText(cursor.item(IN_RECORD), key, 'unit')
        break
      default:
        this.#base(key, cursor)
    }
  }

  #base(key: number | string, cursor: CborCursor): void {
    this.hasBase = true
    switch (key) {
      case LABEL.baseName:
        this.baseName = asText(cursor.item(IN_RECORD), key, 'name')
        break
      case LABEL.baseTime:
        this.baseTime = numberOf(cursor, key, 'time')
        break
      case LABEL.baseUnit:
        this.baseUnit = asText(cursor.item(IN_RECORD), key, 'unit')
        break
      case OWN.epoch:
        this.epoch = asCount(cursor.item(IN_RECORD), key, 'run')
        break
      case OWN.boot:
        this.boot = asHex(cursor.item(IN_RECORD), BOOT_BYTES, 'run')
        break
      case OWN.seq:
        this.seq = asCount(cursor.item(IN_RECORD), key, 'position')
        break
      case OWN.quality:
        this.quality = qualityOf(cursor.item(IN_RECORD))
        break
      case OWN.errorBound:
        this.errorBound = asAmount(numberOf(cursor, key, 'time'), key, 'time')
        break
      case OWN.mono:
        this.mono = asAmount(numberOf(cursor, key, 'time'), key, 'time')
        break
      default:
        if (!mayIgnore(key)) throw new PackError('key', `key ${JSON.stringify(key)} is refused`)
        cursor.item(IN_RECORD)
    }
  }

  #clear(): void {
    this.name = undefined
    this.unit = undefined
    this.value = undefined
    this.hasValue = false
    this.text = undefined
    this.boolean = undefined
    this.time = undefined
    this.interval = undefined
    if (this.hasBase) this.#clearBase()
  }

  #clearBase(): void {
    this.hasBase = false
    this.baseName = undefined
    this.baseTime = undefined
    this.baseUnit = undefined
    this.epoch = undefined
    this.boot = undefined
    this.seq = undefined
    this.quality = undefined
    this.errorBound = undefined
    this.mono = undefined
  }
}

/** A `num`: an integer, a float or a decimal fraction. */
function numberOf(cursor: CborCursor, key: number | string, why: PackFlaw): number {
  const number = cursor.number(IN_RECORD)
  if (number !== undefined) return number
  cursor.item(IN_RECORD)
  throw new PackError(why, `${key} is not a number`)
}

function qualityOf(value: CborValue): TimeQuality {
  const quality = asCount(value, OWN.quality, 'time')
  if (quality === 0 || quality === 1 || quality === 2) return quality
  throw new PackError('time', `${OWN.quality} ${quality} is unknown`)
}
