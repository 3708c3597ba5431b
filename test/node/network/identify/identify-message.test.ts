import t from 'tap'
import { encodeIdentify } from '../../../../src/node/network/identify/identify-message.ts'

t.test('the bytes', async (t) => {
  const bytes = encodeIdentify({
    publicKey: Uint8Array.of(1, 2),
    listenAddrs: [Uint8Array.of(4, 192, 168, 1, 2, 6, 15, 161), Uint8Array.of(5)],
    protocols: ['/a', '/b'],
    observedAddr: Uint8Array.of(9),
    protocolVersion: 'ipfs/0.1.0',
    agentVersion: 'kith/1'
  })
  t.equal(
    Buffer.from(bytes).toString('hex'),
    // Fields 1, 2, 2, 3, 3, 4, 5, 6: number * 8 + 2, length, bytes.
    '0a020102' +
      '120804c0a80102060fa1' +
      '120105' +
      '1a022f61' +
      '1a022f62' +
      '220109' +
      '2a0a697066732f302e312e30' +
      '32066b6974682f31'
  )
})

t.test('without an observed address; a length of two bytes', async (t) => {
  const none = { publicKey: new Uint8Array(0), listenAddrs: [], observedAddr: undefined }
  const bytes = encodeIdentify({
    ...none,
    protocols: ['x'.repeat(300)],
    protocolVersion: '',
    agentVersion: ''
  })
  t.equal(Buffer.from(bytes.subarray(0, 5)).toString('hex'), '0a001aac02')
  t.equal(bytes.length, 2 + 3 + 300 + 4)
})
