import t from 'tap'
import { lonePack, loneSignature } from '../../../../src/reading/history/rows/lone-pack.ts'
import { createSealer } from '../../../../src/reading/signed/sealer.ts'
import { allQuantities, readingOf, testSigner } from '../../../support/readings.ts'

const signer = testSigner(7)
const sealer = createSealer(signer, allQuantities)
const topic = '/sensor/temp/v1'
const reading = readingOf(signer.peer)

t.test('a pack of one reading is made again of it and its signature', async (t) => {
  for (const one of [
    reading,
    readingOf(signer.peer, { value: -0.1 + 0.3 }),
    { ...readingOf(signer.peer), value: undefined, fault: { code: 'bus', text: 'no answer' } }
  ]) {
    const pack = sealer.pack(topic, [one as typeof reading])
    const signature = loneSignature(pack)
    t.ok(signature)
    const [read = reading] = sealer.open('pack', topic, pack.bytes).readings
    t.same(lonePack(read, signer.kid, signature ?? new Uint8Array()), pack.bytes)
  }
})

t.test('others are kept as they are', async (t) => {
  const { position } = reading
  const next = { ...reading, position: { ...position, seq: position.seq + 1 } }
  t.equal(loneSignature(sealer.pack(topic, [reading, next])), undefined, 'of two readings')
  const pack = sealer.pack(topic, [reading])
  t.equal(loneSignature({ ...pack, readings: [next] }), undefined, 'whose reading says something else')
  t.equal(loneSignature({ ...pack, readings: [] }), undefined, 'of nothing')
  const { errorBound: _errorBound, ...timeless } = reading
  const old = sealer.pack(topic, [{ ...timeless, time: null, quality: 2, mono: 1000 }], { sealedMono: 2000 })
  t.equal(
    loneSignature({ ...old, readings: sealer.open('pack', topic, old.bytes).readings }),
    undefined,
    'sealed later'
  )
})
