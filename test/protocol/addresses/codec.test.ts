import { multiaddr } from '@multiformats/multiaddr'
import t from 'tap'
import type { CborValue } from '../../../src/cbor/value.ts'
import { writeCbor } from '../../../src/cbor/write.ts'
import { isNodeError } from '../../../src/error.ts'
import { decodeTold, encodeTold } from '../../../src/protocol/addresses/codec.ts'
import { MAX_FRAME_BYTES } from '../../../src/protocol/addresses/constants.ts'

const one = multiaddr('/ip4/192.168.1.20/tcp/4001')
const frame = (entries: readonly (readonly [string, CborValue])[]): Uint8Array => writeCbor(new Map(entries))

t.test('both ways, at most eight', async (t) => {
  for (const count of [0, 1, 8]) {
    const addresses = Array.from({ length: count }, (_, i) => multiaddr(`/ip4/10.0.0.${i}/tcp/4001`))
    t.same(decodeTold(encodeTold(addresses)).map(String), addresses.map(String))
  }
  const many = Array.from({ length: 9 }, () => one)
  t.equal(decodeTold(encodeTold(many)).length, 8)
  const long = multiaddr(`/dns4/${'x'.repeat(300)}/tcp/1`)
  t.same(decodeTold(encodeTold([long, one])).map(String), [String(one)], 'one that is too long is not told')
  const longest = multiaddr(`/dns4/${'x'.repeat(250)}/tcp/1`)
  t.ok(encodeTold(Array.from({ length: 8 }, () => longest)).length <= MAX_FRAME_BYTES)
})

t.test('unknown fields and kinds of addresses are left out', async (t) => {
  const unknown = Uint8Array.of(0xff, 0x7f, 1)
  t.same(
    decodeTold(
      frame([
        ['addresses', [unknown, one.bytes]],
        ['hint', 1]
      ])
    ).map(String),
    [String(one)]
  )
})

for (const [name, bytes] of [
  ['nothing', new Uint8Array(0)],
  ['no map', writeCbor(1)],
  ['no addresses', frame([])],
  ['a text', frame([['addresses', ['/ip4/10.0.0.1/tcp/1']]])],
  ['an empty address', frame([['addresses', [new Uint8Array(0)]]])],
  ['a long address', frame([['addresses', [new Uint8Array(281)]]])],
  ['nine', frame([['addresses', Array.from({ length: 9 }, () => one.bytes)]])],
  ['a nested one', frame([['addresses', [[one.bytes]]]])]
] as const)
  t.test(`refused: ${name}`, async (t) => {
    t.throws(() => decodeTold(bytes), { code: 'bad-frame' })
  })

t.test('truncated and random bytes are refused or decoded, never anything else', async (t) => {
  const whole = encodeTold([one, one])
  for (let length = 0; length < whole.length; length++)
    t.throws(() => decodeTold(whole.subarray(0, length)), { code: 'bad-frame' })
  let seed = 1
  for (let round = 0; round < 2000; round++) {
    const bytes = Uint8Array.from(whole, (byte) => {
      seed = (seed * 48_271) % 0x7fffffff
      return seed % 8 === 0 ? seed & 0xff : byte
    })
    try {
      decodeTold(bytes)
    } catch (error) {
      if (!isNodeError(error, 'bad-frame')) t.fail(String(error))
    }
  }
})
