import t from 'tap'
import type { Reading } from '../../../src/reading/reading.ts'
import { blocksOf } from '../../../src/reading/signed/block.ts'
import { MAX_PAYLOAD } from '../../../src/reading/signed/senml.ts'
import { encodeBlock, encodePack, readBlock } from '../../support/packs.ts'
import { allQuantities, type ReadingChanges, readingOf, testSigner } from '../../support/readings.ts'

const { peer } = testSigner()
const rules = { peer, quantities: allQuantities }

function at(seq: number, changes: ReadingChanges = {}): Reading {
  const { position } = readingOf(peer)
  return readingOf(peer, {
    position: { ...position, seq },
    time: 1_790_000_000 + seq,
    mono: seq * 1000,
    value: 20 + seq / 100,
    ...changes
  })
}

const den = { series: `${peer}/den/temperature` }
const many = Array.from({ length: 300 }, (_, seq) => at(seq))

t.test('256 records come back', async (t) => {
  const block = many.slice(0, 256)
  const payload = encodeBlock(block)
  t.ok(payload.length < MAX_PAYLOAD / 3, `${payload.length} bytes`)
  t.strictSame(readBlock(payload, rules), block)
  t.throws(() => encodeBlock(many), { code: 'bad-pack', why: 'size' })
})

t.test('one series and one run', async (t) => {
  const later = at(1, { position: { epoch: 1_790_000_009, boot: '0011223344556677', seq: 1 } })
  t.throws(() => encodeBlock([at(0), at(1, den)]), { code: 'bad-pack', why: 'form' })
  t.throws(() => encodeBlock([at(0), later]), { code: 'bad-pack', why: 'form' })
  t.throws(() => readBlock(encodePack([at(0), at(1, den)]), rules), { code: 'bad-pack', why: 'form' })
})

t.test('readings of many series go into blocks of one', async (t) => {
  const blocks = [...blocksOf([...many, ...many.slice(0, 5).map((reading) => ({ ...reading, ...den }))])]
  t.same(
    blocks.map(({ readings }) => readings.length),
    [256, 44, 5]
  )
  for (const { payload, readings } of blocks) t.strictSame(readBlock(payload, rules), readings)
})

t.test('blocks end at their bytes', async (t) => {
  const faults = many.map((reading) => {
    const { value: _, ...rest } = reading
    return { ...rest, fault: { code: 'bad-crc', text: '水'.repeat(200) } } as Reading
  })
  const blocks = [...blocksOf(faults)]
  t.ok(blocks.length > 10 && blocks.every(({ payload }) => payload.length <= MAX_PAYLOAD))
  t.strictSame(
    blocks.flatMap(({ payload }) => readBlock(payload, rules)),
    faults
  )
})

t.test('of unknown time', async (t) => {
  const { errorBound: _, ...rest } = at(7, { time: null, quality: 2 })
  const reading = rest as Reading
  t.strictSame(readBlock(encodeBlock([reading], 900_000), rules), [reading])
  t.strictSame(
    [...blocksOf([reading], 900_000)].map(({ payload }) => payload),
    [encodeBlock([reading], 900_000)]
  )
})
