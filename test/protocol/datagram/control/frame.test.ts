import t from 'tap'
import { SeededRandom } from '../../../../src/hal/simulated/random.ts'
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
} from '../../../../src/protocol/datagram/control/frame.ts'

const secret = Buffer.alloc(32, 0x11)
const cid = Buffer.alloc(8, 0xc1)
const greeting = { secret, cid, udpPort: 5555, maxPayload: 1168 }

/** Name, hex, what is encoded, what is read. */
const rows: [string, string, Buffer, object][] = [
  [
    'HELLO',
    `0101${'11'.repeat(32)}${'c1'.repeat(8)}15b30490`,
    encodeGreeting('hello', greeting).bytes,
    { type: 'hello', ...greeting }
  ],
  [
    'ACCEPT',
    `0201${'11'.repeat(32)}${'c1'.repeat(8)}15b30490`,
    encodeGreeting('accept', greeting).bytes,
    { type: 'accept', ...greeting }
  ],
  [
    'OPEN',
    '03000202062f782f76312f062f782f763030',
    encodeOpen(2, ['/x/v1/', '/x/v00']),
    { type: 'open', flow: 2, names: ['/x/v1/', '/x/v00'] }
  ],
  ['OPEN_OK', '04000201', encodeOpenOk(2, 1), { type: 'open-ok', flow: 2, index: 1 }],
  ['OPEN_NO', '050002', encodeFlowEnd('open-no', 2), { type: 'open-no', flow: 2 }],
  ['CLOSE', '06ffff', encodeFlowEnd('close', 65535), { type: 'close', flow: 65535 }],
  [
    'DATA',
    '07000132312e35',
    encodeData(1, Buffer.from('21.5')),
    { type: 'data', flow: 1, payload: Buffer.from('21.5') }
  ],
  [
    'REKEY',
    `08${'11'.repeat(32)}${'c1'.repeat(8)}`,
    encodeRekey('rekey', secret, cid).bytes,
    { type: 'rekey', secret, cid }
  ],
  [
    'REKEY_ACK',
    `09${'11'.repeat(32)}${'c1'.repeat(8)}`,
    encodeRekey('rekey-ack', secret, cid).bytes,
    { type: 'rekey-ack', secret, cid }
  ],
  ['REKEY_REQ', '0a', encodeRekeyRequest(), { type: 'rekey-req' }],
  [
    'REPORT',
    '0b0000000afffffffe',
    encodeReport(10, 4294967294),
    { type: 'report', received: 10, expected: 4294967294 }
  ]
]

for (const [name, hex, encoded, meaning] of rows) {
  t.test(name, (t) => {
    t.equal(encoded.toString('hex'), hex)
    t.match(decodeFrame(Buffer.from(hex, 'hex')), meaning)
    for (let length = 0; length < encoded.length; length++) {
      const cut = decodeFrame(encoded.subarray(0, length))
      // A shorter DATA is DATA.
      if (cut !== undefined && !(name === 'DATA' && length >= 3)) t.fail(`cut to ${length} bytes`)
    }
    if (name !== 'DATA')
      t.equal(decodeFrame(Buffer.concat([encoded, Buffer.of(0)])), undefined, 'a byte too many')
    t.end()
  })
}

t.test('refused', (t) => {
  const hello = encodeGreeting('hello', greeting).bytes
  const changed = (at: number, ...bytes: number[]): Buffer => {
    const copy = Buffer.from(hello)
    copy.set(bytes, at)
    return copy
  }
  const refused: [string, Buffer][] = [
    ['another version', changed(1, 2)],
    ['a port of other programs', changed(42, 0x03, 0xff)],
    ['maxPayload 255', changed(44, 0x00, 0xff)],
    ['maxPayload 1169', changed(44, 0x04, 0x91)],
    ['flow 0', Buffer.from('060000', 'hex')],
    ['no name', Buffer.from('03000200', 'hex')],
    ['an empty name', Buffer.from('0300020100', 'hex')],
    ['a name that is not UTF-8', Buffer.from('0300020102c328', 'hex')],
    ['an unknown type', Buffer.from('0c', 'hex')],
    ['a frame of type 0', Buffer.from('00', 'hex')],
    ['DATA of 1169 bytes', Buffer.concat([Buffer.from('070001', 'hex'), Buffer.alloc(1169)])],
    ['1401 bytes', Buffer.alloc(1401, 7)]
  ]
  for (const [name, bytes] of refused) t.equal(decodeFrame(bytes), undefined, name)
  t.ok(decodeFrame(changed(42, 0, 0)), 'port 0: no UDP')
  t.ok(decodeFrame(changed(42, 0x04, 0x00)), 'port 1024')
  t.ok(decodeFrame(changed(44, 0x01, 0x00)), 'maxPayload 256')
  t.throws(() => encodeOpen(2, []), RangeError)
  t.throws(() => encodeOpen(2, ['']), RangeError)
  t.throws(
    () =>
      encodeOpen(
        2,
        Array.from({ length: 6 }, () => 'x'.repeat(255))
      ),
    RangeError
  )
  t.end()
})

t.test('random bytes never throw, and what is read can be written again', (t) => {
  const random = new SeededRandom('frames')
  for (let i = 0; i < 20_000; i++) {
    const bytes = Buffer.from(random.bytes(1 + Math.floor(random.next() * 50)))
    bytes[0] = Math.floor(random.next() * 13)
    const frame = decodeFrame(bytes)
    if (frame?.type === 'open') t.same(encodeOpen(frame.flow, frame.names), bytes)
    if (frame?.type === 'report') t.same(encodeReport(frame.received, frame.expected), bytes)
  }
  t.end()
})
