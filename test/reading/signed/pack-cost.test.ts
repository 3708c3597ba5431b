import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import t from 'tap'
import { decodeBlock } from '../../../src/reading/signed/block.ts'
import { encodeBlock } from '../../support/packs.ts'
import { allQuantities, readingOf, testSigner } from '../../support/readings.ts'

// What load does not change: how much is allocated for a reading, not how long it takes.

const { peer } = testSigner()
const rules = { peer, quantities: allQuantities }
const position = readingOf(peer).position

function blockOf(count: number): Uint8Array {
  const readings = Array.from({ length: count }, (_, seq) =>
    readingOf(peer, {
      position: { ...position, seq },
      time: 1_790_000_100 + seq * 10,
      mono: 1000 * (seq * 10 + 100),
      value: Math.round(2000 + 300 * Math.sin(seq)) / 100
    })
  )
  return encodeBlock(readings)
}

/** Maps that are made while the work is done. */
function madeMaps(work: () => void): number {
  const plain = globalThis.Map
  let made = 0
  globalThis.Map = class<K, V> extends plain<K, V> {
    constructor(entries?: Iterable<readonly [K, V]> | null) {
      super(entries)
      made++
    }
  }
  try {
    work()
    return made
  } finally {
    globalThis.Map = plain
  }
}

t.test('a record of a pack costs no Map', async (t) => {
  const [one, full] = [blockOf(1), blockOf(256)]
  const made = madeMaps(() => void decodeBlock(one, rules))
  t.equal(
    madeMaps(() => void decodeBlock(full, rules)),
    made
  )
  t.equal(
    madeMaps(() => void new Map()),
    1,
    'Maps are counted'
  )
})

t.test('a reading is little more than its own object', async (t) => {
  setFlagsFromString('--expose_gc')
  const collect: () => void = runInNewContext('gc')
  const block = blockOf(256)
  for (let i = 0; i < 300; i++) decodeBlock(block, rules)
  collect()
  const before = process.memoryUsage().heapUsed
  for (let i = 0; i < 20; i++) decodeBlock(block, rules)
  const bytes = (process.memoryUsage().heapUsed - before) / (20 * 256)
  t.ok(bytes > 50, 'no collection ran meanwhile')
  // 280 measured: the reading, its position and three numbers.
  t.ok(bytes < 450, `${bytes.toFixed(0)} bytes`)
})
