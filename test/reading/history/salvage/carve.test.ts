import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import t from 'tap'
import { decodeRows } from '../../../../src/reading/history/rows/row-codec.ts'
import { type CarvedRow, carve } from '../../../../src/reading/history/salvage/carve.ts'
import {
  carvedChunk,
  carvedSealed,
  carvedTail
} from '../../../../src/reading/history/salvage/carved-tables.ts'
import { readChunk } from '../../../../src/reading/history/store/chunk-table.ts'
import { openDatabase } from '../../../../src/reading/history/store/database-file.ts'
import { HistoryStore } from '../../../../src/reading/history/store/history-store.ts'
import { PAGE_SIZE, PageFile } from '../../../../src/reading/history/store/page-file.ts'
import type { Reading } from '../../../../src/reading/reading.ts'
import { historyBench, readingsOf, runOf, them, topic, us } from '../../../support/history.ts'
import { seeded } from '../../../support/readings.ts'

const run = runOf(10)

function carved(path: string): CarvedRow[] {
  const file = new PageFile(path)
  for (const _ of file.load());
  const rows = [...carve(file)].flatMap((page) => page.rows)
  file.close()
  return rows
}

function* carveSealed(path: string) {
  for (const row of carved(path)) {
    const sealed = carvedSealed(row)
    if (sealed !== undefined) yield sealed
  }
}

function filled(path: string): Buffer {
  const { history } = historyBench({ path })
  history.appendOwn(readingsOf(us.peer, run, 0, 1023))
  for (let i = 0; i < 8; i++) history.put(them.pack(topic, readingsOf(them.peer, run, i, i, `d${i}`)))
  history.flush()
  history.close()
  return readFileSync(path)
}

t.test('every row, with its kind, date and bytes, though no page above the leaves is read', async (t) => {
  const path = join(t.testdir(), 'history.sqlite')
  const file = filled(path)
  const db = new DatabaseSync(path)
  const rows = db.prepare('SELECT kind, dated, hex(bytes) AS hex FROM sealed ORDER BY 3').all()
  db.close()
  t.equal(rows.length, 12)
  const rowsOf = (): unknown[] =>
    [...carveSealed(path)]
      .map(({ kind, dated, bytes }) => ({
        kind,
        dated,
        hex: Buffer.from(bytes).toString('hex').toUpperCase()
      }))
      .toSorted((a, b) => (a.hex < b.hex ? -1 : 1))
  t.same(rowsOf(), rows)
  writeFileSync(path, file.fill(0, 0, 100))
  t.same(rowsOf(), rows, 'nor the head of the file')
})

t.test('each row of the tail with its columns, of the interior pages too', async (t) => {
  const path = join(t.testdir(), 'history.sqlite')
  const readings = readingsOf(us.peer, run, 0, 199)
  const store = new HistoryStore(openDatabase(path))
  const rows: Reading[] = [
    ...readings,
    ...readingsOf(us.peer, run, 200, 200).map(({ value: _, ...rest }) => ({
      ...rest,
      fault: { code: 'no-acknowledge', text: 'bme280 at 0x76' }
    }))
  ]
  store.transaction(() => {
    for (const row of rows) store.tail.append(topic, row)
  })
  store.close()
  const file = readFileSync(path)
  writeFileSync(path, file.fill(0, 0, 100))
  const tails = carved(path)
    .flatMap((row) => carvedTail(row) ?? [])
    .toSorted((a, b) => Number(a.columns['seq']) - Number(b.columns['seq']))
  t.same(
    tails.slice(0, 200).map(({ columns }) => [columns['seq'], columns['value'], columns['time']]),
    readings.map(({ position, value, time }) => [position.seq, value, time])
  )
  t.match(tails[200]?.columns, { value: null, fault: 'no-acknowledge', fault_text: 'bme280 at 0x76' })
  t.equal(tails.length, 201)
})

t.test('each chunk whole, with the rows of its parts', async (t) => {
  const path = join(t.testdir(), 'history.sqlite')
  const { history } = historyBench({ path })
  const devices = Array.from({ length: 40 }, (_, i) => `d${i}`)
  for (const device of devices) history.appendOwn(readingsOf(us.peer, run, 0, 99, device))
  history.flush()
  history.close()
  writeFileSync(path, readFileSync(path).fill(0, 0, 100))
  const parts = carved(path).flatMap((row) => readChunk(carvedChunk(row) ?? new Uint8Array()).parts)
  t.equal(parts.length, 40)
  for (const { bytes, from, to } of parts) {
    t.same([from, to], [0, 99])
    const rows = decodeRows(bytes, { series: `${us.peer}/d0/temperature`, unit: 'Cel', run, first: from })
    t.same([...rows], readingsOf(us.peer, run, 0, 99, 'd0'))
  }
})

t.test('cut short, mutated and random files: fewer rows, never an error', async (t) => {
  const path = join(t.testdir(), 'history.sqlite')
  const file = filled(path)
  const random = seeded(11)
  let found = 0
  for (let i = 0; i < 300; i++) {
    const bytes = Buffer.from(i % 3 === 0 ? file.subarray(0, Math.floor(random() * file.length)) : file)
    if (i % 3 === 1) for (let n = 0; n < 200; n++) bytes[Math.floor(random() * bytes.length)] = random() * 256
    if (i % 3 === 2) for (let n = 0; n < bytes.length; n++) bytes[n] = n % 1024 === 0 ? 0x0d : random() * 256
    writeFileSync(path, bytes)
    found += [...carveSealed(path)].length
  }
  t.ok(found > 500, `${found} rows`)
  writeFileSync(path, '')
  t.same([...carveSealed(path)], [])
})

t.test('a list of free pages that is none hides no page', async (t) => {
  const path = join(t.testdir(), 'history.sqlite')
  const file = filled(path)
  const whole = [...carveSealed(path)].length
  t.ok(whole > 0)
  const pages = file.length / PAGE_SIZE
  // Its first trunk is a page in use, whose bytes would name others.
  for (let trunk = 2; trunk <= pages; trunk++) {
    file.writeUInt32BE(trunk, 32)
    file.writeUInt32BE(pages, 36)
    writeFileSync(path, file)
    if ([...carveSealed(path)].length !== whole) t.fail(`trunk ${trunk}`)
  }
})
