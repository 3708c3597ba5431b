import t from 'tap'
import { CHANNEL, DEVICE_TYPE, FAULT_TEXT, NAME, PEER_ID, PROTOCOL_NAME, WORD } from '../src/names.ts'

const PEER = '12D3KooWRawPbxPtP1eZaJpumGnyWX2DcUyd3RQnydr3eAto4Az7'

t.test('each form takes what it is for and nothing else', async (t) => {
  const rows: [form: RegExp, taken: string[], refused: string[]][] = [
    [
      NAME,
      ['hall', '2nd-floor', 'a', 'a'.repeat(32)],
      ['', '-hall', 'Hall', 'a'.repeat(33), 'hall\n', 'a/b', 'café']
    ],
    [WORD, ['temperature', 'no-acknowledge'], ['', '2nd', 'a'.repeat(33), 'Temperature', 'a.b']],
    [CHANNEL, ['a0', '1', 'abcdefgh'], ['', 'abcdefghi', 'a-b', 'A0']],
    [DEVICE_TYPE, ['bme280', 'w1'], ['b', '2x', 'a'.repeat(33)]],
    [PEER_ID, [PEER], [PEER.slice(0, -1), `${PEER}a`, PEER.replace('R', '0'), PEER.toLowerCase()]],
    [
      PROTOCOL_NAME,
      ['/chat/v1', '/sensor/temp/v1', '/a/b/c/d/v9999'],
      ['/v1', '/chat', '/chat/v0', '/chat/v01', '/chat/v10000', '/a/b/c/d/e/v1', 'chat/v1', '/Chat/v1']
    ],
    [
      FAULT_TEXT,
      ['bad-crc two bytes of 3', 'x €'],
      ['bad-crc', 'bad-crc ', 'Bad crc', 'a b\x1b[31m', 'a b\nc']
    ]
  ]
  for (const [form, taken, refused] of rows) {
    for (const text of taken) t.match(text, form, text)
    for (const text of refused) t.notMatch(text, form, JSON.stringify(text))
  }
})

t.test('a ProtocolName is parted into path and version', async (t) => {
  t.strictSame(PROTOCOL_NAME.exec('/sensor/temp/v12')?.slice(1), ['/sensor/temp', '12'])
})
