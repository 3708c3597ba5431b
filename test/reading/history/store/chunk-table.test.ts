import t from 'tap'
import { RowEncoder } from '../../../../src/reading/history/rows/row-codec.ts'
import { type ChunkPart, ChunkTable, readChunk } from '../../../../src/reading/history/store/chunk-table.ts'
import { openDatabase } from '../../../../src/reading/history/store/database-file.ts'
import { Statements } from '../../../../src/reading/history/store/statements.ts'
import { readingsOf, runOf, us } from '../../../support/history.ts'

const DATE = 1_767_225_600

function partOf(series: number, from: number, to: number): ChunkPart {
  const rows = new RowEncoder()
  for (const reading of readingsOf(us.peer, runOf(10), from, to)) rows.append(reading)
  return { age: 59, series, run: 300, from, to, bytes: rows.written() }
}

/** The rows of `chunks` that a flush writes. */
function written(parts: readonly ChunkPart[]): Uint8Array[] {
  const db = openDatabase(':memory:')
  new ChunkTable(new Statements(db)).add(parts, DATE)
  const rows = db.prepare('SELECT bytes FROM chunks ORDER BY id').all()
  db.close()
  return rows.map(({ bytes }) => bytes as Uint8Array)
}

t.test('a chunk says what was written, and fits a page', async (t) => {
  const parts = Array.from({ length: 40 }, (_, i) => partOf(i + 1, 1000 * i, 1000 * i + 20))
  const chunks = written(parts)
  t.ok(chunks.length > 1 && chunks.every(({ length }) => length <= 980))
  const read = chunks.map(readChunk)
  t.match(
    read,
    read.map(() => ({ date: DATE, isCut: false }))
  )
  const found = read.flatMap((chunk) =>
    chunk.parts.map((part) => ({ ...part, bytes: Buffer.from(part.bytes) }))
  )
  t.same(
    found,
    parts.map((part) => ({ ...part, isWhole: true }))
  )
})

t.test(
  'no changed byte and no cut goes unnoticed: not of the rows, not of what is said of them',
  async (t) => {
    const parts = [partOf(1, 0, 5), partOf(200, 70_000, 70_005)]
    const [chunk = new Uint8Array()] = written(parts)
    const whole = (bytes: Uint8Array) => readChunk(bytes).parts.filter(({ isWhole }) => isWhole)
    const isAsWritten = (bytes: Uint8Array): boolean =>
      whole(bytes).every((part) =>
        parts.some(({ series, from, to }) => series === part.series && from === part.from && to === part.to)
      )
    for (let at = 0; at < chunk.length; at++) {
      for (const flip of [1, 0x40, 0x80, 0xff]) {
        const changed = Uint8Array.from(chunk, (byte, i) => (i === at ? byte ^ flip : byte))
        const { parts: found, isCut } = readChunk(changed)
        const isNoticed = isCut || found.some(({ isWhole }) => !isWhole)
        if (!isNoticed || !isAsWritten(changed)) t.fail(`byte ${at} changed by ${flip}`)
      }
    }
    const ends = [...chunk.keys()].filter((length) => {
      const { parts: found, isCut } = readChunk(chunk.subarray(0, length))
      return !isCut && found.length !== 0
    })
    t.equal(ends.length, 1, 'only the end of the first part is no cut')
    t.same(whole(chunk.map(() => 0)), [], 'a zeroed chunk has no part')
    t.ok(readChunk(chunk.map(() => 0)).isCut)
  }
)
