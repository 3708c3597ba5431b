import { type Quantity, quantityTable } from '../../src/reading/quantity.ts'
import type { Reading, TimeQuality } from '../../src/reading/reading.ts'
import type { Position } from '../../src/reading/run.ts'
import type { Catalogue } from '../../src/reading/signed/catalogue.ts'
import { createSigner, type Signer } from '../../src/reading/signed/seal.ts'

/** Numbers from 0 below 1 that are the same at every run (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A signer of a key that is no secret: 32 times the byte. */
export function testSigner(byte = 7): Signer {
  return createSigner(new Uint8Array(32).fill(byte))
}

export const allQuantities = quantityTable()

export type ReadingChanges = Partial<Omit<Reading, 'value' | 'fault'>> & { value?: number | boolean }

/** A reading of `hall/temperature`, the changes applied. */
export function readingOf(peer: string, changes: ReadingChanges = {}): Reading {
  const plain = {
    series: `${peer}/hall/temperature`,
    position: { epoch: 1_790_000_000, boot: '0011223344556677', seq: 0 },
    time: 1_790_000_100.5,
    quality: 0,
    errorBound: 0.05,
    mono: 100_500,
    unit: 'Cel',
    interval: 10,
    value: 21.48
  }
  return { ...plain, ...changes } as Reading
}

/** A catalogue of a thermometer and a door, with and without everything that may be left out. */
export function metaOf(peer: string): Catalogue {
  const run = { epoch: 1_790_000_000, boot: '0011223344556677' }
  return {
    ...run,
    revision: 3,
    name: 'hall',
    purposes: ['temperature', 'door'],
    version: '0.1.0',
    mono: 61_234.5,
    series: [
      {
        name: `${peer}/air/temperature`,
        protocols: ['/sensor/temp/v1'],
        unit: 'Cel',
        interval: 10,
        state: 'ok',
        range: [-40, 85],
        accuracy: 0.5,
        chip: 'bme280',
        oldest: { epoch: 1_789_000_000, boot: 'ffeeddccbbaa9988', seq: 12 }
      },
      { name: `${peer}/door/contact`, protocols: [], unit: null, interval: 3600, state: 'no-acknowledge' }
    ],
    runs: [
      { epoch: 1_789_000_000, boot: 'ffeeddccbbaa9988', mono: 0, unix: 1_789_000_000.25, quality: 1 },
      { ...run, mono: 500, unix: 1_790_000_000, quality: 0, errorBound: 0.05 }
    ]
  }
}

/** Readings of several series and kinds as a node makes them within one run, in the order of packs. */
export function randomReadings(random: () => number, peer: string, count: number): Reading[] {
  const below = (limit: number): number => Math.floor(random() * limit)
  const quantities = [...allQuantities.values()].sort(
    (a, b) => Number(a.unit !== null) - Number(b.unit !== null)
  )
  const chosen = quantities.filter(() => random() < 0.2)
  const series = chosen.length === 0 ? quantities.slice(0, 1) : chosen
  const run = {
    epoch: below(2 ** 31),
    boot: below(2 ** 32)
      .toString(16)
      .padStart(16, '0')
  }
  const quality = below(3) as TimeQuality
  const begun = 1_700_000_000_000 + below(10 ** 10)
  const bound = quality < 2 && random() < 0.8 ? { errorBound: below(100) / 1000 } : {}
  return series.flatMap((quantity, i) => {
    let seq = below(10 ** 6)
    let mono = below(10 ** 7)
    return Array.from({ length: Math.max(1, Math.floor(count / series.length)) }, () => {
      seq += random() < 0.9 ? 1 : 1 + below(1000)
      mono += below(20_000)
      const channel = i % 2 === 0 ? '' : '.a0'
      return {
        series: `${peer}/dev-${i}/${quantity.name}${channel}`,
        position: { ...run, seq },
        time: quality === 2 ? null : (begun + mono) / 1000,
        quality,
        ...bound,
        mono,
        unit: quantity.unit,
        interval: [0.5, 1, 10, 60, 3600][below(5)] ?? 1,
        ...(random() < 0.1
          ? { fault: { code: 'bad-crc', text: `at ${below(1000)} – né` } }
          : { value: randomValue(random, quantity) })
      } as Reading
    })
  })
}

function randomValue(random: () => number, quantity: Quantity): number | boolean {
  if (quantity.kind === 'boolean') return random() < 0.5
  const kind = random()
  const value = (random() - 0.4) * 10 ** Math.floor(random() * 12 - 3)
  if (kind < 0.3) return Math.round(value) + 0
  return kind < 0.8 ? Number(value.toFixed(2)) + 0 : value
}

/** `1790000000.0011223344556677.3` */
export function formatPosition(position: Position): string {
  return `${position.epoch}.${position.boot}.${position.seq}`
}
