import { WORD } from '../../names.ts'
import type { Quantities, Quantity } from '../quantity.ts'
import type { Fault, Outcome, Reading } from '../reading.ts'
import { parseSeries } from '../series.ts'
import { faultText } from './fault-text.ts'
import { PackError } from './pack-error.ts'
import { END_OF_TIME, MIN_UNIX_TIME } from './senml.ts'

/** Bytes of a fault's text in UTF-8: a record with it fits a live pack of 1,024 bytes beside the longest names. */
const MAX_FAULT_BYTES = 400

/**
 * The reading as readers of its pack take it: an author signs nothing that docs/protocols.md section 8 refuses. An
 * outcome that is none of the quantity's becomes a fault. The same object where nothing is wrong.
 * @throws PackError for a reading that cannot be sent even as a fault: its name, unit, time or interval is wrong
 */
export function signable(reading: Reading, quantities: Quantities): Reading {
  const quantity = quantityOf(reading, quantities)
  checkTimes(reading)
  const outcome = signableOutcome(reading, quantity)
  if (outcome === reading) return reading
  const { value: _value, fault: _fault, ...rest } = reading
  return { ...rest, ...outcome }
}

function quantityOf({ series, unit }: Reading, quantities: Quantities): Quantity {
  const parts = parseSeries(series)
  if (parts === undefined) throw new PackError('name', `${JSON.stringify(series)} is not a series name`)
  const quantity = quantities.get(parts.quantity)
  if (quantity === undefined) throw new PackError('quantity', `${parts.quantity} is not a known quantity`)
  if (unit === quantity.unit) return quantity
  throw new PackError('unit', `unit ${unit} for ${quantity.name}, which has ${quantity.unit}`)
}

function checkTimes({ time, mono, interval, errorBound = 0 }: Reading): void {
  if (!(interval > 0 && interval < Infinity)) throw new PackError('interval', `an interval of ${interval} s`)
  const isMono = mono === undefined || (mono >= 0 && Number.isSafeInteger(Math.round(mono)))
  const isTime = time === null ? mono !== undefined : time >= MIN_UNIX_TIME && time < END_OF_TIME
  const isBound = errorBound >= 0 && errorBound < Infinity
  if (!isMono || !isTime || !isBound)
    throw new PackError('time', `time ${time}, mono ${mono}, bound ${errorBound}`)
}

function signableOutcome(reading: Reading, quantity: Quantity): Outcome {
  const { value, fault, series } = reading
  if (fault !== undefined) {
    const plain = signableFault(fault)
    return plain.code === fault.code && plain.text === fault.text ? reading : { fault: plain }
  }
  const place = series.slice(series.indexOf('/') + 1)
  if (typeof value !== quantity.kind)
    return {
      fault: { code: 'wrong-kind', text: `${place} is ${String(value)}, and must be a ${quantity.kind}` }
    }
  if (typeof value === 'boolean' || Number.isFinite(value)) return reading
  return { fault: { code: 'out-of-range', text: `${place} is ${value}, which is not a number` } }
}

function signableFault({ code, text }: Fault): Fault {
  let plain = faultText(text, code)
  while (Buffer.byteLength(plain) > MAX_FAULT_BYTES) plain = [...plain].slice(0, -1).join('')
  return { code: WORD.test(code) ? code : 'error', text: plain }
}
