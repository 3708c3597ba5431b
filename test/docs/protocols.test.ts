import { createHash } from 'node:crypto'
import { privateKeyFromRaw } from '@libp2p/crypto/keys'
import { RPC } from '@libp2p/gossipsub/message'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import t from 'tap'
import { bytesOfHex, concatBytes, hexOfBytes } from '../../src/cbor/bytes.ts'
import { isCborError } from '../../src/cbor/error.ts'
import { readCbor } from '../../src/cbor/read.ts'
import { writeCbor } from '../../src/cbor/write.ts'
import { UNICAST_QUESTION } from '../../src/peer/discovery/records.ts'
import { decodeTold, encodeTold } from '../../src/protocol/addresses/codec.ts'
import { addressesLimits } from '../../src/protocol/addresses/limits.ts'
import {
  decodeFrame,
  encodeData,
  encodeFlowEnd,
  encodeGreeting,
  encodeOpen,
  encodeOpenOk,
  encodeRekey,
  encodeRekeyRequest,
  encodeReport
} from '../../src/protocol/datagram/control/frame.ts'
import { agreementSalt, deriveKeys } from '../../src/protocol/datagram/packet/key-schedule.ts'
import { PacketDecrypter, PacketEncrypter } from '../../src/protocol/datagram/packet/packet.ts'
import { decodeProbe, encodeProbe } from '../../src/protocol/datagram/path/probe.ts'
import { flowKey, resumedKey, resumeName } from '../../src/protocol/datagram/resume-name.ts'
import { dhtLimits } from '../../src/protocol/dht/limits.ts'
import { FrameSplitter, prefixed } from '../../src/protocol/frame-splitter.ts'
import { messageId } from '../../src/protocol/gossip/message-id.ts'
import {
  decodeAsk,
  decodeAnswer as decodeNeighboursAnswer,
  encodeAsk,
  encodeAnswer as encodeNeighboursAnswer
} from '../../src/protocol/neighbours/codec.ts'
import { decodeAnswer, encodeAnswer } from '../../src/protocol/query/codec/answer.ts'
import { decodeRequest, encodeRequest, isBadRequest } from '../../src/protocol/query/codec/request.ts'
import { decodeMessage, encodeMessage, hopMessage, stopMessage } from '../../src/protocol/relay/codec.ts'
import { relayLimits } from '../../src/protocol/relay/limits.ts'
import {
  decodeStatus,
  decodeOpen as decodeViaOpen,
  encodeStatus,
  encodeOpen as encodeViaOpen
} from '../../src/protocol/via/codec.ts'
import { viaLimits } from '../../src/protocol/via/limits.ts'
import { peerOfMultihash } from '../../src/reading/series.ts'
import { decodeCatalogue } from '../../src/reading/signed/catalogue-read.ts'
import { encodeCatalogue } from '../../src/reading/signed/catalogue-write.ts'
import { createSigner, openSeal, type SealDomain, seal, signedBytes } from '../../src/reading/signed/seal.ts'
import { SealVerifier } from '../../src/reading/signed/seal-verify.ts'
import { encodeBlock, encodePack, readBlock, readPack } from '../support/packs.ts'
import {
  diagnosticValue,
  documentBytes,
  documentList,
  documentReadings,
  documentRows,
  documentVectors,
  vectorsOf
} from '../support/protocols-document.ts'
import { allQuantities } from '../support/readings.ts'

const seed = documentBytes('seed')
const signer = createSigner(seed)
const { peer } = signer
/** Those of some chapters are looked at in protocols/. */
const { unchecked, shown, equalHex } = vectorsOf((name) => !/^(switch|manage|pair|unpair)-/.test(name))

t.test('identity', async (t) => {
  const key = privateKeyFromRaw(concatBytes(shown('seed'), shown('public-key')))
  equalHex(t, key.publicKey.raw, 'public-key')
  equalHex(t, signer.kid, 'multihash')
  t.equal(peerOfMultihash(shown('multihash')), peer)
  t.equal(peerIdFromPrivateKey(key).toString(), peer)
  t.equal(peer.length, 52)
})

/** A multistream-select message: length, text, newline. */
function line(text: string): Uint8Array {
  return prefixed(Buffer.from(`${text}\n`))
}

t.test('negotiation', async (t) => {
  const opened = [line('/multistream/1.0.0'), line('/sensor/temp/v2'), line('/sensor/temp/v1')]
  equalHex(t, concatBytes(...opened), 'multistream')
})

/** A name of DNS without compression (RFC 1035 section 3.1). */
function dnsName(name: string): Uint8Array {
  const labels = name.split('.').map((label) => Buffer.from(label))
  return concatBytes(...labels.flatMap((label) => [Uint8Array.of(label.length), label]), Uint8Array.of(0))
}

function dnsRecord(name: string, type: number, data: Uint8Array): Uint8Array {
  const head = Uint8Array.of(0, type, 0, 1, 0, 0, 0, 120, data.length >> 8, data.length & 0xff)
  return concatBytes(dnsName(name), head, data)
}

t.test('mDNS', async (t) => {
  const service = '_p2p._udp.local'
  const host = `${'k7'.repeat(16)}.local`
  const name = `${'k7'.repeat(16)}.${service}`
  const addresses = [4001, 4002].map((port) =>
    Buffer.from(`dnsaddr=/ip4/192.168.1.20/tcp/${port}/p2p/${peer}`)
  )
  const question = concatBytes(
    bytesOfHex('000000000001000000000000'),
    dnsName(service),
    bytesOfHex('000c0001')
  )
  equalHex(t, question, 'mdns-question')
  equalHex(t, UNICAST_QUESTION, 'mdns-unicast-question')
  const answer = concatBytes(
    bytesOfHex('000084000000000100000003'),
    dnsRecord(service, 12, dnsName(name)),
    dnsRecord(name, 33, concatBytes(bytesOfHex('000000000fa1'), dnsName(host))),
    dnsRecord(name, 16, concatBytes(...addresses.flatMap((text) => [Uint8Array.of(text.length), text]))),
    dnsRecord(host, 1, Uint8Array.of(192, 168, 1, 20))
  )
  equalHex(t, answer, 'mdns-answer')
})

const limits = { maxBytes: 16_384, maxDepth: 4, maxItems: 256 }

t.test('CBOR', async (t) => {
  const accepted = documentList('cbor-accepted')
  t.ok(accepted.length > 20)
  for (const hex of accepted) t.doesNotThrow(() => readCbor(bytesOfHex(hex), limits), hex)
  const refused = documentList('cbor-refused').map((one) => one.split(/ (.*)/))
  const rules = new Set(refused.map(([rule]) => rule))
  for (let rule = 2; rule <= 18; rule++) t.ok(rules.has(`C${rule}`), `something breaks C${rule}`)
  for (const [rule, hex = ''] of refused) {
    try {
      readCbor(bytesOfHex(hex.replaceAll(' ', '')), limits)
      t.fail(`${rule} ${hex} is taken`)
    } catch (error) {
      t.ok(isCborError(error), `${rule} ${hex}`)
    }
  }
})

t.test('seals', async (t) => {
  const sealed: readonly [SealDomain, string][] = [
    ['pack', 'pack-1'],
    ['pack', 'pack-2'],
    ['block', 'block-1'],
    ['meta', 'meta-1']
  ]
  for (const [domain, name] of sealed) {
    equalHex(t, seal(domain, shown(name), signer), `${name}-sealed`)
    const opened = openSeal(domain, shown(`${name}-sealed`))
    t.ok(new SealVerifier().verify(opened), name)
    t.equal(opened.peer, peer)
  }
  equalHex(t, signedBytes('pack', signer.kid, shown('pack-1')), 'pack-1-signed')
  for (const name of ['pack-small-order', 'pack-non-canonical']) {
    const opened = openSeal('pack', shown(`${name}-sealed`))
    const rules = { peer: opened.peer, quantities: allQuantities, maxPayload: 1024 }
    t.equal(readPack(opened.payload, rules).length, 1, `${name}: all but the key is as it must be`)
    t.notOk(new SealVerifier().verify(opened), name)
  }
})

t.test('packs, blocks, catalogues', async (t) => {
  const rules = { peer, quantities: allQuantities, maxPayload: 1024 }
  const pack = readPack(shown('pack-1'), rules)
  t.strictSame(pack, documentReadings('pack-1', peer))
  equalHex(t, encodePack(pack), 'pack-1')
  equalHex(t, encodePack(readPack(shown('pack-2'), rules)), 'pack-2')
  const block = readBlock(shown('block-1'), rules)
  t.strictSame(block, documentReadings('block-1', peer))
  equalHex(t, encodeBlock(block, 900_000), 'block-1')
  equalHex(t, encodeCatalogue(decodeCatalogue(shown('meta-1'), peer)), 'meta-1')
})

t.test('gossip', async (t) => {
  const topic = '/sensor/contact/v1'
  const data = shown('pack-2-sealed')
  equalHex(t, RPC.encode({ subscriptions: [{ subscribe: true, topic }], messages: [] }), 'gossip-subscribe')
  equalHex(t, RPC.encode({ subscriptions: [], messages: [{ data, topic }] }), 'gossip-publish')
  equalHex(t, messageId(topic, data), 'gossip-id')
  const length = Uint8Array.of(0, topic.length)
  const hash = createHash('sha256').update(length).update(topic).update(data).digest()
  equalHex(t, hash.subarray(0, 20), 'gossip-id')
})

t.test('neighbours', async (t) => {
  const frames = [...documentVectors].filter(([name]) => /^(ask|reply)-/.test(name))
  t.equal(frames.length, 5)
  for (const [name, { bytes, diagnostic }] of frames) {
    unchecked.delete(name)
    t.equal(hexOfBytes(writeCbor(diagnosticValue(diagnostic ?? '{}'))), hexOfBytes(bytes), name)
    if (name.startsWith('reply-')) {
      equalHex(t, encodeNeighboursAnswer(decodeNeighboursAnswer(bytes)), name)
      continue
    }
    const ask = decodeAsk(bytes)
    if ('error' in ask) t.fail(`${name}: ${ask.error.text}`)
    else equalHex(t, encodeAsk(ask), name)
  }
})

t.test('circuits', async (t) => {
  const frames = [...documentVectors].filter(([name]) => name.startsWith('via-'))
  t.equal(frames.length, 4)
  for (const [name, { bytes, diagnostic }] of frames) {
    unchecked.delete(name)
    t.equal(hexOfBytes(writeCbor(diagnosticValue(diagnostic ?? '{}'))), hexOfBytes(bytes), name)
    const again = name.startsWith('via-open-')
      ? encodeViaOpen(decodeViaOpen(bytes))
      : encodeStatus(decodeStatus(bytes))
    equalHex(t, again, name)
  }
  const shown = new Map(
    documentRows('setting', 'default', 'meaning').map(([setting = '', initial = '']) => [setting, initial])
  )
  for (const [name, { initial }] of Object.entries(viaLimits.entries))
    t.equal(shown.get(`limits.via.${name}`), `${initial}`, name)
})

t.test('addresses', async (t) => {
  const frames = [...documentVectors].filter(([name]) => name.startsWith('addresses-'))
  t.equal(frames.length, 2)
  for (const [name, { bytes, diagnostic }] of frames) {
    unchecked.delete(name)
    t.equal(hexOfBytes(writeCbor(diagnosticValue(diagnostic ?? '{}'))), hexOfBytes(bytes), name)
    equalHex(t, encodeTold(decodeTold(bytes)), name)
  }
  t.same(decodeTold(documentBytes('addresses-two')).map(String), [
    '/ip4/192.168.1.20/tcp/4001',
    '/ip4/203.0.113.7/tcp/4001'
  ])
  const shown = new Map(
    documentRows('setting', 'default', 'meaning').map(([setting = '', initial = '']) => [setting, initial])
  )
  for (const [name, { initial }] of Object.entries(addressesLimits.entries))
    t.equal(shown.get(`limits.addresses.${name}`), `${initial}`, name)
})

t.test('messages of relays', async (t) => {
  const messages = [...documentVectors].filter(([name]) => name.startsWith('relay-'))
  t.equal(messages.length, 7)
  for (const [name, { bytes }] of messages) {
    unchecked.delete(name)
    const shape = ['relay-stop', 'relay-taken'].includes(name) ? stopMessage : hopMessage
    equalHex(t, encodeMessage(shape, decodeMessage(shape, bytes)), name)
  }
  const shown = new Map(
    documentRows('setting', 'default', 'meaning').map(([setting = '', initial = '']) => [setting, initial])
  )
  for (const [name, { initial }] of Object.entries(relayLimits.entries))
    t.equal(shown.get(`limits.relay.${name}`), `${initial}`, name)
})

t.test('the DHT', async (t) => {
  const bytes = shown('dht-find-node')
  t.same([bytes[0], bytes.length], [bytes.length - 1, 43])
  t.equal(peerOfMultihash(bytes.subarray(5)), peer)
  const settings = new Map(
    documentRows('setting', 'default', 'meaning').map(([setting = '', initial = '']) => [setting, initial])
  )
  for (const [name, { initial }] of Object.entries(dhtLimits.entries))
    t.equal(settings.get(`limits.dht.${name}`), `${initial}`, name)
})

t.test('requests and answers', async (t) => {
  const frames = [...documentVectors].filter(([name]) => /^(request|answer)-/.test(name))
  t.ok(frames.length > 18)
  for (const [name, { bytes, diagnostic }] of frames) {
    unchecked.delete(name)
    t.equal(hexOfBytes(writeCbor(diagnosticValue(diagnostic ?? '{}'))), hexOfBytes(bytes), name)
    if (name.startsWith('answer-')) {
      equalHex(t, encodeAnswer(decodeAnswer(bytes, 17_408)), name)
      continue
    }
    const request = decodeRequest(bytes, 512)
    if (isBadRequest(request)) t.fail(`${name}: ${request.bad}`)
    else equalHex(t, encodeRequest(request), name)
  }
  for (const [framed, bare] of [
    ['frame-time', 'request-time'],
    ['frame-pack', 'answer-pack']
  ] as const) {
    const cut: string[] = []
    new FrameSplitter(17_408).push(shown(framed), (frame) => cut.push(hexOfBytes(frame)))
    t.strictSame(cut, [hexOfBytes(shown(bare))], framed)
  }
})

t.test('datagrams', async (t) => {
  const secret = (byte: number): Buffer => Buffer.alloc(32, byte)
  const cid = (byte: number): Buffer => Buffer.alloc(8, byte)
  const hello = { secret: secret(0x11), cid: cid(0xc1), udpPort: 5555, maxPayload: 1168 }
  const accept = { secret: secret(0x22), cid: cid(0xc2), udpPort: 5556, maxPayload: 1168 }
  const frames: Readonly<Record<string, Uint8Array>> = {
    hello: encodeGreeting('hello', hello).bytes,
    accept: encodeGreeting('accept', accept).bytes,
    open: encodeOpen(2, ['/sensor/temp/v2', '/sensor/temp/v1']),
    'open-ok': encodeOpenOk(2, 1),
    'open-no': encodeFlowEnd('open-no', 2),
    close: encodeFlowEnd('close', 2),
    data: encodeData(2, Buffer.from('21.5')),
    rekey: encodeRekey('rekey', secret(0x33), cid(0xc3)).bytes,
    'rekey-ack': encodeRekey('rekey-ack', secret(0x44), cid(0xc4)).bytes,
    'rekey-req': encodeRekeyRequest(),
    report: encodeReport(95, 100)
  }
  for (const [type, bytes] of Object.entries(frames)) {
    equalHex(t, bytes, `dgram-${type}`)
    t.equal(decodeFrame(Buffer.from(documentBytes(`dgram-${type}`)))?.type, type)
  }
  const key = flowKey([Buffer.from(hello.cid), Buffer.from(accept.cid)], 2)
  equalHex(t, encodeOpen(4, [resumeName(key)]), 'dgram-resume')
  t.equal(resumedKey([resumeName(key)]), key)
  const agreement = {
    initiator: bytesOfHex(`002408011220${'a1'.repeat(32)}`),
    responder: bytesOfHex(`002408011220${'b2'.repeat(32)}`),
    first: shown('dgram-hello'),
    second: shown('dgram-accept'),
    initiatorSecret: secret(0x11),
    responderSecret: secret(0x22)
  }
  equalHex(t, agreementSalt(agreement), 'dgram-salt')
  const { initiatorToResponder, responderToInitiator } = deriveKeys(agreement)
  equalHex(t, initiatorToResponder.key.export(), 'dgram-key-ir')
  equalHex(t, initiatorToResponder.iv, 'dgram-iv-ir')
  equalHex(t, responderToInitiator.key.export(), 'dgram-key-ri')
  equalHex(t, responderToInitiator.iv, 'dgram-iv-ri')
  equalHex(
    t,
    new PacketEncrypter(initiatorToResponder, cid(0xc2), 1).encrypt(1, Buffer.from('21.5')),
    'dgram-packet'
  )
  const opened = new PacketDecrypter(initiatorToResponder).decrypt(Buffer.from(shown('dgram-packet')))
  t.equal(opened?.toString('latin1'), '\0\x0121.5')
  const rekeyed = {
    ...agreement,
    first: shown('dgram-rekey'),
    second: shown('dgram-rekey-ack'),
    initiatorSecret: secret(0x33),
    responderSecret: secret(0x44)
  }
  equalHex(t, agreementSalt(rekeyed), 'dgram-rekey-salt')
  const { initiatorToResponder: next } = deriveKeys(rekeyed)
  equalHex(t, next.key.export(), 'dgram-rekey-key-ir')
  equalHex(t, next.iv, 'dgram-rekey-iv-ir')
  equalHex(t, new PacketEncrypter(next, cid(0xc4)).encrypt(2, Buffer.from('21.5')), 'dgram-rekey-packet')
  const token = bytesOfHex('0102030405060708')
  const probe = encodeProbe('probe', token)
  equalHex(t, probe.subarray(0, 9), 'dgram-probe')
  t.ok(probe.subarray(9).every((byte) => byte === 0))
  t.equal(decodeProbe(probe)?.kind, 'probe')
  equalHex(
    t,
    sha256(new PacketEncrypter(initiatorToResponder, cid(0xc2)).encrypt(0, probe)),
    'dgram-probe-sha256'
  )
  const ack = encodeProbe('probe-ack', token)
  equalHex(
    t,
    sha256(new PacketEncrypter(responderToInitiator, cid(0xc1)).encrypt(0, ack)),
    'dgram-probe-ack-sha256'
  )
})

function sha256(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest()
}

t.test('every vector of the document was looked at', async (t) => {
  t.strictSame([...unchecked], [])
})
