import { createHash, createHmac } from 'node:crypto'
import { ristretto255 } from '@noble/curves/ed25519.js'
import t from 'tap'
import { bytesOfHex, concatBytes, hexOfBytes } from '../../../src/cbor/bytes.ts'
import { cpaceBegin, cpaceTags, isSameTag, lengthened } from '../../../src/protocol/pair/cpace.ts'

// Vectors of draft-irtf-cfrg-cpace: "Definition and test vectors for string utility functions" and "Test vector for
// CPace using group ristretto255 and hash SHA-512".
const input = {
  code: Buffer.from('Password'),
  channel: bytesOfHex('0b415f696e69746961746f720b425f726573706f6e646572'),
  session: bytesOfHex('7e4b4791d6a8ef019b936c79fb7f2c57')
}
const [ADa, ADb] = [Buffer.from('ADa'), Buffer.from('ADb')]
const ya = bytesOfHex('da3d23700a9e5699258aef94dc060dfda5ebb61f02a5ea77fad53f4ff0976d08')
const yb = bytesOfHex('d2316b454718c35362d83d69df6320f38578ed5984651435e2949762d900b80d')
const Ya = 'd6bac480f2c386c394efc7c47adb9925dcd2630b64f240c50f8d0eec482b9157'
const Yb = '3ea7e0b19560d7c0b0f5734f63b955286dfa8232b5ebe63324e2d9e7433f7258'
const ISK = bytesOfHex(
  'b69effbf61b51d56401c0f65601abe428de8206feaaf0e32198896dcae7b35cd' +
    '2b38950a39dfd5d4a79164614c2984f7daa460b588c1e80c3fa2068af7900447'
)
const one = Uint8Array.of(1, ...new Uint8Array(31))
const GENERATOR = '222b6b195fe84b1652badb6f6a3ae3d24341e7306967f0b8115b40d5698c7e56'

t.test('strings with their lengths', async (t) => {
  const range = (end: number): Uint8Array => Uint8Array.from({ length: end }, (_, at) => at)
  t.equal(hexOfBytes(lengthened(new Uint8Array(0))), '00')
  t.equal(hexOfBytes(lengthened(range(127)).subarray(0, 3)), '7f0001')
  t.equal(hexOfBytes(lengthened(range(128)).subarray(0, 4)), '80010001')
  const parts = ['1234', '5', '', '678'].map((text) => Buffer.from(text))
  t.equal(hexOfBytes(lengthened(...parts)), '043132333401350003363738')
})

t.test('the generator and the shares', async (t) => {
  t.equal(hexOfBytes(cpaceBegin(input, ADa, one).sent.share), GENERATOR)
  t.equal(hexOfBytes(cpaceBegin(input, ADa, ya).sent.share), Ya)
  t.equal(hexOfBytes(cpaceBegin(input, ADb, yb).sent.share), Yb)
  const high = Uint8Array.from(ya, (byte, at) => (at === 31 ? byte | 0xf0 : byte))
  t.equal(hexOfBytes(cpaceBegin(input, ADa, high).sent.share), Ya, 'bits above the group size are cleared')
})

t.test('both sides come to the tags of the key of the draft', async (t) => {
  const key = createHash('sha512').update('CPaceMac').update(input.session).update(ISK).digest()
  const tag = (share: string, data: Uint8Array): string =>
    createHmac('sha512', key)
      .update(lengthened(bytesOfHex(share), data))
      .digest('hex')
  const [a, b] = [cpaceBegin(input, ADa, ya), cpaceBegin(input, ADb, yb)]
  for (const tags of [cpaceTags(a, b.sent, 'initiator'), cpaceTags(b, a.sent, 'responder')]) {
    t.equal(hexOfBytes(tags?.initiator ?? new Uint8Array(0)), tag(Ya, ADa))
    t.equal(hexOfBytes(tags?.responder ?? new Uint8Array(0)), tag(Yb, ADb))
  }
})

t.test('what is no group element, or the neutral one, comes to nothing', async (t) => {
  const side = cpaceBegin(input, ADa, ya)
  for (const share of [
    '2b3c6b8c4f3800e7aef6864025b4ed79bd599117e427c41bd47d93d654b4a51c',
    '00'.repeat(32),
    'ff'.repeat(32),
    '00',
    ''
  ])
    t.equal(cpaceTags(side, { share: bytesOfHex(share), data: ADb }, 'initiator'), undefined, share)
  const valid = '2c3c6b8c4f3800e7aef6864025b4ed79bd599117e427c41bd47d93d654b4a51c'
  t.ok(cpaceTags(side, { share: bytesOfHex(valid), data: ADb }, 'initiator'))
})

t.test('our own share, sent back, comes to nothing; its negative to other tags', async (t) => {
  const side = cpaceBegin(input, ADa, ya)
  for (const data of [ADa, ADb])
    for (const role of ['initiator', 'responder'] as const)
      t.equal(cpaceTags(side, { share: side.sent.share, data }, role), undefined)
  const negative = ristretto255.Point.fromBytes(side.sent.share).negate().toBytes()
  const tags = cpaceTags(side, { share: negative, data: ADa }, 'initiator')
  t.ok(tags && !isSameTag(tags.initiator, tags.responder))
})

t.test('another code, channel, session or data comes to other tags', async (t) => {
  const b = cpaceBegin(input, ADb)
  const right = cpaceBegin(input, ADa)
  const mine = cpaceTags(b, right.sent, 'responder')
  const same = (side: typeof right, data = ADb): boolean => {
    const received = { ...b.sent, data }
    const theirs = cpaceTags(side, received, 'initiator')
    return theirs !== undefined && mine !== undefined && isSameTag(theirs.initiator, mine.initiator)
  }
  t.ok(same(right))
  t.notOk(same(right, Buffer.from('ADc')))
  const wrong = {
    code: Buffer.from('password'),
    channel: concatBytes(input.channel, Uint8Array.of(0)),
    session: concatBytes(input.session, Uint8Array.of(0))
  }
  for (const key of ['code', 'channel', 'session'] as const) {
    const other = cpaceBegin({ ...input, [key]: wrong[key] }, ADa)
    const tags = cpaceTags(b, other.sent, 'responder')
    const theirs = cpaceTags(other, b.sent, 'initiator')
    t.ok(tags && theirs && !isSameTag(tags.initiator, theirs.initiator), key)
  }
})

t.test('tags of another length are not the same', async (t) => {
  t.ok(isSameTag(new Uint8Array(64), new Uint8Array(64)))
  t.notOk(isSameTag(new Uint8Array(63), new Uint8Array(63)))
  t.notOk(isSameTag(new Uint8Array(64), new Uint8Array(0)))
})
