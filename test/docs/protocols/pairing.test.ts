import { createHash, createHmac } from 'node:crypto'
import t from 'tap'
import { concatBytes, hexOfBytes } from '../../../src/cbor/bytes.ts'
import { writeCbor } from '../../../src/cbor/write.ts'
import {
  decodeFrame as decodePairing,
  encodeFrame as encodePairing,
  encodeRefusal,
  type Frames
} from '../../../src/protocol/pair/codec.ts'
import { cpaceBegin, cpaceTags, lengthened } from '../../../src/protocol/pair/cpace.ts'
import { pairLimits } from '../../../src/protocol/pair/limits.ts'
import { cpaceInput, dataOf, messageOf } from '../../../src/protocol/pair/parties.ts'
import { createSigner } from '../../../src/reading/signed/seal.ts'
import {
  diagnosticValue,
  documentBytes,
  documentRows,
  documentVectors,
  vectorsOf
} from '../../support/protocols-document.ts'

const signer = createSigner(documentBytes('seed'))
const { unchecked, shown, equalHex } = vectorsOf((name) => /^(pair|unpair)-/.test(name))

t.test('pairing', async (t) => {
  // Behind the protocol and the lengths of both.
  const parties = { initiator: documentBytes('pair-channel').slice(23, 61), responder: signer.kid }
  const received = <Kind extends keyof Frames>(kind: Kind, name: string): Frames[Kind] => {
    const bytes = shown(name)
    const diagnostic = documentVectors.get(name)?.diagnostic ?? '{}'
    t.equal(hexOfBytes(writeCbor(diagnosticValue(diagnostic))), hexOfBytes(bytes), name)
    const frame = decodePairing(kind, bytes)
    if ('refusal' in frame) throw new Error(`${name} is a refusal`)
    equalHex(t, encodePairing(kind, frame), name)
    return frame
  }
  const nonces = {
    initiator: received('nonce', 'pair-nonce-i').nonce,
    responder: received('nonce', 'pair-nonce-r').nonce
  }
  const input = cpaceInput('7K3MQ9TX', parties, nonces)
  equalHex(t, input.channel, 'pair-channel')
  const one = Uint8Array.of(1, ...new Uint8Array(31))
  equalHex(t, cpaceBegin(input, dataOf(parties.initiator, undefined), one).sent.share, 'pair-generator')
  const shares = [
    messageOf(parties.initiator, received('share', 'pair-share-i')),
    messageOf(parties.responder, received('share', 'pair-share-r'))
  ]
  const i = cpaceBegin(input, dataOf(parties.initiator, 'anna'), shown('pair-scalar-i'))
  const r = cpaceBegin(input, dataOf(parties.responder, 'hall'), shown('pair-scalar-r'))
  t.same([i.sent, r.sent], shares)
  const sent = shares.map(({ share, data }) => lengthened(share, data))
  const secret = lengthened(Buffer.from('CPaceRistretto255_ISK'), input.session, shown('pair-secret'))
  equalHex(t, sha512(secret, ...sent), 'pair-isk')
  const key = sha512(Buffer.from('CPaceMac'), input.session, documentBytes('pair-isk'))
  const tags = sent.map((one) => createHmac('sha512', key).update(one).digest('hex'))
  const { tag, may } = received('paired', 'pair-paired')
  t.same([received('proof', 'pair-proof').tag, tag].map(hexOfBytes), tags)
  t.same(may, ['own'])
  for (const both of [cpaceTags(i, r.sent, 'initiator'), cpaceTags(r, i.sent, 'responder')])
    t.same(
      [both?.initiator, both?.responder].map((one) => one && hexOfBytes(one)),
      tags
    )
  received('done', 'pair-done')
  const refused = decodePairing('paired', shown('pair-refused'))
  if ('refusal' in refused) equalHex(t, encodeRefusal(refused.refusal), 'pair-refused')
  else t.fail('it is a refusal')
  received('unpaired', 'unpair-unpaired')
  received('heard', 'unpair-heard')
  const settings = new Map(
    documentRows('setting', 'default', 'meaning').map(([setting = '', initial = '']) => [setting, initial])
  )
  for (const [name, { initial }] of Object.entries(pairLimits.entries))
    t.equal(settings.get(`limits.pair.${name}`), `${initial}`, name)
})

function sha512(...parts: readonly Uint8Array[]): Uint8Array {
  return createHash('sha512')
    .update(concatBytes(...parts))
    .digest()
}

t.test('every vector of the chapter was looked at', async (t) => {
  t.strictSame([...unchecked], [])
})
