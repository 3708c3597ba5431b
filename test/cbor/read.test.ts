import t from 'tap'
import { bytesOfHex } from '../../src/cbor/bytes.ts'
import type { CborLimits } from '../../src/cbor/cursor.ts'
import { isCborError } from '../../src/cbor/error.ts'
import { readCbor } from '../../src/cbor/read.ts'
import { seeded } from '../support/readings.ts'

const limits: CborLimits = { maxBytes: 1024, maxDepth: 4, maxItems: 256 }

function flawOf(bytes: Uint8Array, bounds = limits): string {
  try {
    readCbor(bytes, bounds)
    return 'none'
  } catch (error) {
    if (isCborError(error)) return error.why
    throw error
  }
}

// RFC 8949 appendix A, the rows of the kinds that kith takes.
const taken = [
  '00 01 0a 17 1818 1819 1864 1903e8 1a000f4240 1b000000e8d4a51000 20 29 3863 3903e7',
  'f98000 f93c00 fb3ff199999999999a f93e00 f97bff fa47c35000 fa7f7fffff fb7e37e43c8800759c f90001 f90400',
  'f9c400 fbc010666666666666 f4 f5 40 4401020304 60 6161 6449455446 62225c 62c3bc 63e6b0b4 64f0908591',
  '80 83010203 8301820203820405 98190102030405060708090a0b0c0d0e0f101112131415161718181819 a0 a201020304',
  'a26161016162820203 826161a161626163 a56161614161626142616361436164614461656145'
]
for (const hex of taken.flatMap((row) => row.split(' '))) {
  t.equal(flawOf(bytesOfHex(hex)), 'none', hex)
}

const refused: readonly [flaw: string, hex: string][] = [
  ['number', '1bffffffffffffffff'],
  ['number', '3bffffffffffffffff'],
  ['number', '1b0020000000000000'],
  ['number', '3b001fffffffffffff'],
  ['number', 'f97c00'],
  ['number', 'f97e00'],
  ['number', 'f9fc00'],
  ['number', 'fa7f800000'],
  ['number', 'fa7fc00000'],
  ['number', 'fb7ff0000000000000'],
  ['number', 'fb7ff8000000000000'],
  ['number', 'c482321901'],
  ['number', 'c48213f6'],
  ['number', 'c48201f93c00'],
  ['number', 'c482011b0020000000000000'],
  ['tag', 'c249010000000000000000'],
  ['tag', 'c11a514b67b0'],
  ['tag', 'd81842'],
  ['tag', 'c40a'],
  ['tag', 'c483010203'],
  ['tag', 'c4a10102'],
  ['not-shortest', '1817'],
  ['not-shortest', '1900ff'],
  ['not-shortest', '1a0000ffff'],
  ['not-shortest', '1b00000000ffffffff'],
  ['not-shortest', '3817'],
  ['not-shortest', '580100'],
  ['not-shortest', '780161'],
  ['not-shortest', '980101'],
  ['not-shortest', 'b8010102'],
  ['not-shortest', 'd80482210a'],
  ['not-shortest', 'fa3f800000'],
  ['not-shortest', 'fa33800000'],
  ['not-shortest', 'fa80000000'],
  ['not-shortest', 'fb3ff0000000000000'],
  ['not-shortest', 'fb40f86a0000000000'],
  ['indefinite', '5f42010243030405ff'],
  ['indefinite', '7f657374726561646d696e67ff'],
  ['indefinite', '9fff'],
  ['indefinite', 'bf6161019fff'],
  ['indefinite', 'ff'],
  ['reserved', '1c'],
  ['reserved', '7d'],
  ['reserved', 'fe'],
  ['simple', 'f6'],
  ['simple', 'f7'],
  ['simple', 'f0'],
  ['simple', 'f8ff'],
  ['simple', 'f815'],
  ['order', 'a202000100'],
  ['order', 'a220000100'],
  ['order', 'a2626161006162 00'.replaceAll(' ', '')],
  ['duplicate-key', 'a201000100'],
  ['duplicate-key', 'a2616100616100'],
  ['key', 'a1f93c0001'],
  ['key', 'a1f501'],
  ['key', 'a1410101'],
  ['key', 'a18001'],
  ['key', 'a1c482210a01'],
  ['text', '62c328'],
  ['text', '61ff'],
  ['text', '63eda080'],
  ['text', '64f4908080'],
  ['text', '62c080'],
  ['text', '64efbbbf61'],
  ['depth', '818181818100'],
  ['depth', 'a100a100a100a100a10000'],
  ['depth', '81818181c482210a'],
  ['length', '9affffffff00'],
  ['length', '9b001fffffffffffff00'],
  ['length', 'bb001fffffffffffff0000'],
  ['length', 'a30100'],
  ['truncated', '5affffffff00'],
  ['truncated', '7b7fffffffffffffff00'],
  ['truncated', ''],
  ['truncated', '18'],
  ['truncated', 'fb3ff1'],
  ['trailing', '0000'],
  ['trailing', '8000']
]
for (const [flaw, hex] of refused) t.equal(flawOf(bytesOfHex(hex)), flaw, `${flaw}: ${hex}`)

t.test('limits are the caller’s', async (t) => {
  const bounds = { maxBytes: 6, maxDepth: 2, maxItems: 3 }
  t.equal(flawOf(bytesOfHex('83010203'), bounds), 'none')
  t.equal(flawOf(bytesOfHex('8401020304'), bounds), 'items')
  t.equal(flawOf(bytesOfHex('818401020304'), bounds), 'none', 'of the outermost array')
  t.equal(flawOf(bytesOfHex('81818100'), bounds), 'depth')
  t.equal(flawOf(bytesOfHex('46010203040506'), bounds), 'size')
})

t.test('random and mutated bytes are refused or taken, never anything else', async (t) => {
  const random = seeded(1)
  const sample = bytesOfHex('82a3022003f93e00626162818101a201c48221190929644142434400')
  let refusals = 0
  for (let i = 0; i < 100_000; i++) {
    const bytes = i % 2 === 0 ? sample.slice() : new Uint8Array(1 + Math.floor(random() * 24))
    const changes = i % 2 === 0 ? 1 + Math.floor(random() * 3) : bytes.length
    for (let n = 0; n < changes; n++) {
      bytes[i % 2 === 0 ? Math.floor(random() * bytes.length) : n] = Math.floor(random() * 256)
    }
    if (flawOf(bytes) !== 'none') refusals++
  }
  t.ok(refusals > 50_000 && refusals < 100_000, `${refusals} refusals`)
})
