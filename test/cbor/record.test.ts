import t from 'tap'
import { hexOfBytes } from '../../src/cbor/bytes.ts'
import { readCbor } from '../../src/cbor/read.ts'
import { CborRecord } from '../../src/cbor/record.ts'
import type { CborMap, CborValue } from '../../src/cbor/value.ts'
import { writeCbor } from '../../src/cbor/write.ts'
import { seeded } from '../support/readings.ts'

const limits = { maxBytes: 10_000, maxDepth: 3, maxItems: 10 }
const names = ['pack', 'id', 'a', 'öl', 'end', 'a longer name than a head of one byte holds', 'b'] as const

t.test('the same bytes as of a map, whatever is there', async (t) => {
  const record = new CborRecord(names)
  const random = seeded(7)
  const values: CborValue[] = [
    0,
    24,
    -1,
    1.5,
    'text',
    'ö',
    'x'.repeat(65),
    true,
    new Uint8Array(400),
    [1, 'two']
  ]
  for (let run = 0; run < 500; run++) {
    const entries = names.map((name) => {
      const value = random() < 0.5 ? undefined : values[Math.floor(random() * values.length)]
      return [name, value] as const
    })
    const fields = Object.fromEntries(entries) as Record<(typeof names)[number], CborValue | undefined>
    const there = entries.filter(
      (entry): entry is [(typeof names)[number], CborValue] => entry[1] !== undefined
    )
    const expected = hexOfBytes(writeCbor(new Map(there)))
    if (hexOfBytes(record.write(fields)) !== expected) t.fail(expected)
  }
  t.pass('500 records')
})

t.test('what one call wrote is not touched by the next', async (t) => {
  const record = new CborRecord(['id'])
  const first = record.write({ id: 1 })
  const second = record.write({ id: 'two' })
  t.equal(hexOfBytes(first), 'a162696401')
  t.equal(hexOfBytes(second), 'a16269646374776f')
})

t.test('text that is no ASCII, at the bound of what is written character by character', async (t) => {
  for (const count of [62, 63, 64, 65, 66]) {
    for (const text of ['x'.repeat(count), `${'x'.repeat(count - 1)}ö`, `ö${'x'.repeat(count - 1)}`]) {
      t.equal(readCbor(writeCbor(text), limits), text)
    }
  }
  t.throws(() => writeCbor(`${'x'.repeat(10)}\ud800`), { code: 'bad-cbor', why: 'text' })
  t.throws(() => writeCbor('\ufefftext'), { code: 'bad-cbor', why: 'text' })
})

t.test('byte strings come out as copies, or as views where that is asked for', async (t) => {
  const bytes = writeCbor(new Map([['pack', new Uint8Array([1, 2, 3])]]))
  const copy = (readCbor(bytes, limits) as CborMap).get('pack')
  const view = (readCbor(Buffer.from(bytes), limits, 'views') as CborMap).get('pack')
  t.same(view, copy)
  t.notOk(Buffer.isBuffer(view))
  const seen = (readCbor(bytes, limits, 'views') as CborMap).get('pack') as Uint8Array
  bytes.fill(9)
  t.same(copy, new Uint8Array([1, 2, 3]))
  t.same(seen, new Uint8Array([9, 9, 9]))
})
