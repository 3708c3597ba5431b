import { crc32 } from 'node:zlib'
import type { Reading } from '../../reading.ts'
import { ByteReader } from './byte-reader.ts'
import { ByteWriter } from './byte-writer.ts'
import { decodeRows, RowEncoder } from './row-codec.ts'

/*
 * Rows that are kept alone, with what they are of:
 *
 *   u32 CRC-32 of the rest, text series, varint epoch, text boot, varint seq of the first row, rows
 */

/** @param readings of one series and run without a gap */
export function storedRows(first: Reading, readings: readonly Reading[]): Uint8Array {
  const { series, position } = first
  const out = new ByteWriter()
  out.text(series)
  out.varint(position.epoch)
  out.text(position.boot)
  out.varint(position.seq)
  const rows = new RowEncoder()
  for (const reading of readings) rows.append(reading)
  out.bytes(rows.written())
  const sum = new ByteWriter()
  sum.u32(crc32(out.written()))
  return Buffer.concat([sum.written(), out.written()])
}

/**
 * @param unitOf the unit of a series
 * @throws RangeError for bytes that are no rows
 */
export function decodeStoredRows(
  bytes: Uint8Array,
  unitOf: (series: string) => string | null
): Generator<Reading> {
  const reader = new ByteReader(bytes)
  if (reader.u32() !== crc32(bytes.subarray(reader.at)))
    throw new RangeError('rows are not as they were written')
  const series = reader.text()
  const run = { epoch: reader.varint(), boot: reader.text() }
  const first = reader.varint()
  return decodeRows(bytes.subarray(reader.at), { series, unit: unitOf(series), run, first })
}
