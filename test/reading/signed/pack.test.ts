import t from 'tap'
import { hexOfBytes } from '../../../src/cbor/bytes.ts'
import type { Reading } from '../../../src/reading/reading.ts'
import { packReadings } from '../../../src/reading/signed/pack.ts'
import { isPackError } from '../../../src/reading/signed/pack-error.ts'
import { encodePack, readPack } from '../../support/packs.ts'
import {
  allQuantities,
  type ReadingChanges,
  randomReadings,
  readingOf,
  seeded,
  testSigner
} from '../../support/readings.ts'

const { peer } = testSigner()
const rules = { peer, quantities: allQuantities, maxPayload: 16_384 }

function at(seq: number, changes: ReadingChanges = {}): Reading {
  const { position, time, mono } = readingOf(peer)
  return readingOf(peer, {
    position: { ...position, seq },
    time: (time ?? 0) + seq * 10,
    mono: (mono ?? 0) + seq * 10_000,
    ...changes
  })
}

t.test('random readings come back, to the millisecond', async (t) => {
  const random = seeded(3)
  for (let i = 0; i < 150; i++) {
    const readings = randomReadings(random, peer, 1 + Math.floor(random() * 60))
    const packs = [...packReadings(readings, { maxPayload: 1024 })]
    const decoded = packs.flatMap(({ payload }) => readPack(payload, { ...rules, maxPayload: 1024 }))
    t.strictSame(decoded.map(toMilliseconds), readings.map(toMilliseconds), `${readings.length} readings`)
    t.strictSame(
      packs.flatMap((pack) => pack.readings),
      readings
    )
    for (const { payload } of packs) {
      const sealedMono = decoded[0]?.quality === 2 ? Math.max(...readings.map(({ mono }) => mono ?? 0)) : 0
      const again = encodePack(readPack(payload, rules), { sealedMono })
      if (hexOfBytes(again) !== hexOfBytes(payload)) t.fail('the same readings, other bytes')
    }
  }
})

function toMilliseconds(reading: Reading): Reading {
  return { ...reading, time: reading.time === null ? null : Math.round(reading.time * 1000) } as Reading
}

t.test('a full pack is followed by another', async (t) => {
  const many = Array.from({ length: 600 }, (_, seq) => at(seq))
  const counts = (maxPayload: number): number[] =>
    [...packReadings(many, { maxPayload })].map((pack) => {
      t.ok(pack.payload.length <= maxPayload)
      t.same(readPack(pack.payload, { ...rules, maxPayload }).length, pack.readings.length)
      return pack.readings.length
    })
  t.same(counts(16_384), [256, 256, 88], 'by records')
  const small = counts(1024)
  t.equal(
    small.reduce((sum, count) => sum + count),
    600
  )
  t.ok(
    small.slice(0, -1).every((count) => count > 50),
    `by bytes: ${small[0]}`
  )
  t.same([...packReadings([])], [])
  const min = encodePack([at(0)]).length
  t.equal(encodePack([at(0)], { maxPayload: min }).length, min, 'to the last byte')
  t.throws(() => encodePack([at(0)], { maxPayload: min - 1 }), { code: 'bad-pack', why: 'size' })
  t.throws(() => encodePack(many), { code: 'bad-pack', why: 'size' })
  t.throws(() => encodePack([]), { code: 'bad-pack', why: 'size' })
})

t.test('a pack has one run and one quality of time', async (t) => {
  const other = { epoch: 1_790_000_001, boot: 'ffffffffffffffff', seq: 0 }
  const { errorBound: _, ...unbound } = at(3)
  const unknown = at(4, { time: null, quality: 2, mono: 7000 })
  const { errorBound: __, ...ageing } = unknown
  const packs = [
    ...packReadings([at(0), at(1, { position: other }), at(2), unbound as Reading, ageing as Reading])
  ]
  t.same(
    packs.map(({ readings }) => readings.length),
    [2, 1, 1, 1]
  )
  const decoded = packs.flatMap(({ payload }) => readPack(payload, rules))
  t.strictSame(decoded, [at(0), at(2), at(1, { position: other }), unbound, ageing])
})

t.test('series come in order, those without a unit first, seq ascending', async (t) => {
  const contact = `${peer}/hall/contact`
  const open = (seq: number): Reading => at(seq, { series: contact, unit: null, value: true })
  const decoded = readPack(encodePack([at(5), open(3), at(4), open(1)]), rules)
  t.strictSame(decoded, [open(1), open(3), at(4), at(5)])
  t.throws(() => encodePack([at(1), at(1)]), { code: 'bad-pack', why: 'position' })
})

t.test('a step of the wall clock begins another base', async (t) => {
  const stepped = at(1, { time: 1_790_000_050, mono: 110_500 })
  const jitter = at(2, { time: 1_790_000_060.001, mono: 120_500 })
  const decoded = readPack(encodePack([at(0), stepped, jitter]), rules)
  t.strictSame(decoded, [at(0), stepped, { ...jitter, mono: 120_501 }])
})

t.test('unknown times come with an age', async (t) => {
  const { errorBound: _, ...rest } = at(0, { time: null, quality: 2, mono: 4000 })
  const reading = rest as Reading
  t.strictSame(readPack(encodePack([reading], { sealedMono: 9500 }), rules), [reading])
  t.throws(
    () => encodePack([reading], { sealedMono: 3999 }),
    { code: 'bad-pack', why: 'time' },
    'sealed before it was taken'
  )
  const { mono: __, ...timeless } = reading
  t.throws(() => encodePack([timeless as Reading]), { code: 'bad-pack', why: 'time' })
})

t.test('faults are one line of at most 200 characters', async (t) => {
  const written = (text: string): string | undefined => {
    const { value: _, ...rest } = at(0)
    const fault = { ...rest, fault: { code: 'bad-crc', text } } as Reading
    return readPack(encodePack([fault]), rules)[0]?.fault?.text
  }
  t.equal(written('the checksum is 0x12'), 'the checksum is 0x12')
  t.equal(written(' two\nlines\u0007\u001b[31m '), 'two lines [31m')
  t.equal(written(''), 'bad-crc')
  t.equal(written('😀'.repeat(300)), '😀'.repeat(200))
  t.equal(written('half \ud83d'), 'half \ufffd')
})

t.test('what no pack can carry', async (t) => {
  t.throws(() => encodePack([at(0, { value: Number.NaN })]), { code: 'bad-pack', why: 'number' })
  t.throws(() => encodePack([at(0, { interval: Number.POSITIVE_INFINITY })]), {
    code: 'bad-pack',
    why: 'number'
  })
})

t.test('a pack cut short anywhere is refused', async (t) => {
  const random = seeded(4)
  for (let i = 0; i < 5; i++) {
    const [pack] = packReadings(randomReadings(random, peer, 8))
    const payload = pack?.payload ?? new Uint8Array()
    let refused = 0
    for (let length = 0; length < payload.length; length++) {
      try {
        readPack(payload.subarray(0, length), rules)
      } catch (error) {
        if (!isPackError(error)) throw error
        refused++
      }
    }
    t.equal(refused, payload.length)
  }
})

t.test('mutated packs are refused or read, never anything else', async (t) => {
  const random = seeded(5)
  const payloads = Array.from({ length: 20 }, () =>
    encodePack([...packReadings(randomReadings(random, peer, 4))][0]?.readings ?? [])
  )
  let read = 0
  for (let i = 0; i < 40_000; i++) {
    const payload = (payloads[i % payloads.length] ?? new Uint8Array()).slice()
    for (let n = 0; n <= i % 3; n++)
      payload[Math.floor(random() * payload.length)] = Math.floor(random() * 256)
    try {
      const readings = readPack(payload, rules)
      if (readings.every(({ series }) => series.startsWith(`${peer}/`))) read++
    } catch (error) {
      if (!isPackError(error)) throw error
    }
  }
  t.ok(read > 100 && read < 39_000, `${read} of 40,000 were read`)
})
