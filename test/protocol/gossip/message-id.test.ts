import { createHash } from 'node:crypto'
import t from 'tap'
import { messageId, rawMessageId } from '../../../src/protocol/gossip/message-id.ts'

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'))

t.test('the first 20 bytes of SHA-256(u16be(length of topic) || topic || data)', async (t) => {
  const hashed = createHash('sha256').update(bytes('0003612f62')).update(bytes('0102')).digest()
  t.same(Buffer.from(messageId('a/b', bytes('0102'))), hashed.subarray(0, 20))
})

t.test('topic and data give different ids', async (t) => {
  t.notSame(messageId('a', bytes('62')), messageId('ab', bytes('')))
  t.notSame(messageId('/sensor/temp/v1', bytes('01')), messageId('/sensor/temp/v2', bytes('01')))
})

t.test('the raw message has the same id', async (t) => {
  const id = Buffer.from(messageId('a', bytes('01')))
  t.equal(rawMessageId({ topic: 'a', data: bytes('01') }), id.toString('latin1'))
  t.equal(rawMessageId({ topic: 'a' }), rawMessageId({ topic: 'a', data: bytes('') }))
})

t.test('a raw message that names a sender has none', async (t) => {
  for (const from of ['', '00', '0024080112200102'])
    t.throws(() => rawMessageId({ topic: 'a', data: bytes('01'), from: bytes(from) }), {
      code: 'gossip-from'
    })
})
