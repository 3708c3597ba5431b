import t from 'tap'
import { isCborError } from '../../../src/cbor/error.ts'
import { readCbor } from '../../../src/cbor/read.ts'
import type { CborValue } from '../../../src/cbor/value.ts'
import { writeCbor } from '../../../src/cbor/write.ts'
import { isPackError } from '../../../src/reading/signed/pack-error.ts'
import { decodePack } from '../../../src/reading/signed/pack-read.ts'
import { MAX_DEPTH, MAX_RECORDS } from '../../../src/reading/signed/senml.ts'
import { encodePack } from '../../support/packs.ts'
import { allQuantities, readingOf, seeded, testSigner } from '../../support/readings.ts'

// A pack is read without building its maps. Whatever the generic reader refuses must be refused there too.

const { peer } = testSigner()
const maxPayload = 1024
const rules = { peer, quantities: allQuantities, maxPayload }
const limits = { maxBytes: maxPayload, maxDepth: MAX_DEPTH, maxItems: MAX_RECORDS }
const random = seeded(20)
const below = (count: number): number => Math.floor(random() * count)

const extension: CborValue = [1, new Map<string, CborValue>([['a', 'ü']]), new Uint8Array(3), -1.5]
const base = new Map<number | string, CborValue>([
  [2, 21.5],
  [6, 1.25],
  [7, 10],
  [-2, `${peer}/hall/temperature`],
  [-3, 1_790_000_000],
  [-4, 'Cel'],
  ['bep', 5],
  ['bsq', 3],
  ['bte', 0.1],
  ['btq', 0],
  ['note', extension],
  ['bboot', new Uint8Array(8)],
  ['bmono', 7000]
])
const payloads = [
  writeCbor([
    base,
    new Map([
      [2, 22],
      [6, 2],
      [7, 10]
    ])
  ]),
  encodePack(
    Array.from({ length: 4 }, (_, seq) =>
      readingOf(peer, { position: { epoch: 5, boot: '0011223344556677', seq }, value: 20 + seq / 7 })
    )
  )
]

function mutated(payload: Uint8Array): Uint8Array {
  const bytes = Uint8Array.from(payload.subarray(0, below(8) === 0 ? below(payload.length) : payload.length))
  for (let count = below(3); count > 0; count--) bytes[below(bytes.length)] = below(256)
  return below(16) === 0 ? Uint8Array.from([...bytes, below(256)]) : bytes
}

function isCbor(bytes: Uint8Array): boolean {
  try {
    readCbor(bytes, limits)
    return true
  } catch (error) {
    if (isCborError(error)) return false
    throw error
  }
}

/** The readings with the values as written, by the generic reader; undefined where decodePack refuses. */
function readingsOf(bytes: Uint8Array): ReturnType<typeof decodePack>['readings'] | undefined {
  try {
    return decodePack(bytes, rules).readings
  } catch (error) {
    if (isPackError(error)) return undefined
    throw error
  }
}

t.test('what is no CBOR is no pack', async (t) => {
  const counts = { taken: 0, refused: 0, cborRefused: 0 }
  for (let i = 0; i < 20_000; i++) {
    const bytes = mutated(payloads[below(payloads.length)] ?? new Uint8Array())
    const readings = readingsOf(bytes)
    if (readings === undefined) counts.refused++
    else counts.taken++
    if (isCbor(bytes)) continue
    counts.cborRefused++
    if (readings !== undefined) t.fail(Buffer.from(bytes).toString('hex'))
  }
  t.ok(counts.taken > 5000 && counts.refused > 5000 && counts.cborRefused > 2000, JSON.stringify(counts))
})
