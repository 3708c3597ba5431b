import { randomBytes } from 'node:crypto'
import t from 'tap'
import {
  STREAM_WINDOW,
  YamuxFrames,
  type YamuxFramesInit
} from '../../../../src/node/network/guard/yamux-frames.ts'
import { yamuxHead } from '../../../support/hostile/raw-peer.ts'

function reader(init: Partial<YamuxFramesInit> = {}): { frames: YamuxFrames; taken: Buffer[] } {
  const taken: Buffer[] = []
  const frames = new YamuxFrames({
    peerIsClient: true,
    nextOwnId: () => 4,
    onFrames: (bytes) => taken.push(Buffer.from(bytes)),
    onPeerData: () => {},
    onOpen: () => {},
    onPing: () => {},
    onGoAway: () => {},
    ...init
  })
  return { frames, taken }
}

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')
const OPEN = '00 01 0001 00000001 00000000'

const good: [what: string, bytes: string][] = [
  ['a stream opened by a window update', OPEN],
  ['a stream opened by data', '00 00 0001 00000003 00000002 abcd'],
  ['data on it', `${OPEN} 00 00 0000 00000001 00000003 010203`],
  ['no data', `${OPEN} 00 00 0004 00000001 00000000`],
  ['data on a stream of ours', '00 00 0002 00000002 00000001 ff'],
  ['a window as large as it can be', `${OPEN} 00 01 0000 00000001 ffffffff`],
  ['a ping and an answer, any number', '00 02 0001 00000000 ffffffff 00 02 0002 00000000 00000007'],
  ['a go away', '00 03 0000 00000000 00000002']
]

const bad: [what: string, head: string][] = [
  ['another version', '01 00 0001 00000001 00000000'],
  ['a type that does not exist', '00 04 0000 00000000 00000000'],
  ['4 GiB of data on a stream that does not exist', '00 00 0001 00000001 ffffffff'],
  ['a byte more than the window', '00 00 0001 00000001 00040001'],
  ['data for the session', '00 00 0000 00000000 00000001'],
  ['a window for the session', '00 01 0000 00000000 00000001'],
  ['data on a stream that was never opened', '00 00 0000 00000003 00000001'],
  ['data on a stream that we have not opened', '00 00 0000 00000004 00000001'],
  ['a stream opened with one of our ids', '00 01 0001 00000002 00000000'],
  ['a ping on a stream', `00 02 0001 00000001 00000000`],
  ['a ping without flags', '00 02 0000 00000000 00000000'],
  ['a ping that is both', '00 02 0003 00000000 00000000'],
  ['a go away on a stream', '00 03 0000 00000001 00000000'],
  ['a go away with a code that does not exist', '00 03 0000 00000000 00000003']
]

t.test('what a peer may send is handed on as it came', async (t) => {
  for (const [what, text] of good) {
    const { frames, taken } = reader()
    frames.push(hex(text))
    t.same(Buffer.concat(taken), hex(text), what)
  }
})

t.test('what no peer may send is refused by its head alone', async (t) => {
  for (const [what, text] of bad) {
    const { frames, taken } = reader()
    t.throws(() => frames.push(hex(text)), { code: 'bad-frame' }, what)
    t.same(taken, [], `${what}: nothing is handed on`)
    const piecewise = reader().frames
    const bytewise = (): void => {
      for (const byte of hex(text)) piecewise.push(Buffer.of(byte))
    }
    t.throws(bytewise, { code: 'bad-frame' }, what)
  }
})

t.test('on a connection that we opened, the even streams are the peer’s', async (t) => {
  const ours = { peerIsClient: false, nextOwnId: () => 3 }
  const taken = hex(
    '00 01 0001 00000002 00000000 00 00 0000 00000002 00000001 ff 00 00 0000 00000001 00000001 ff'
  )
  const { frames, taken: given } = reader(ours)
  frames.push(taken)
  t.same(Buffer.concat(given), taken)
  for (const text of [
    '00 01 0001 00000001 00000000',
    '00 00 0000 00000003 00000001',
    '00 00 0000 00000004 00000001'
  ])
    t.throws(() => reader(ours).frames.push(hex(text)), { code: 'bad-frame' }, text)
})

t.test('frames before a bad one in the same piece are not handed on: the connection is over', async (t) => {
  const { frames, taken } = reader()
  t.throws(() => frames.push(hex(`${OPEN} 01`.padEnd(OPEN.length + 36, '0'))), { code: 'bad-frame' })
  t.same(taken, [])
})

t.test('in whatever pieces they come, whole frames are handed on and the same bytes', async (t) => {
  const all = Buffer.concat(good.flatMap(([, text]) => hex(text)))
  const long = Buffer.concat([yamuxHead(0, 0, 1, STREAM_WINDOW), randomBytes(STREAM_WINDOW)])
  const bytes = Buffer.concat([all, long, all])
  for (const size of [1, 2, 5, 11, 12, 13, 4096, 65_519, bytes.length]) {
    const { frames, taken } = reader()
    for (let at = 0; at < bytes.length; at += size) frames.push(bytes.subarray(at, at + size))
    t.ok(Buffer.concat(taken).equals(bytes), `pieces of ${size}`)
    for (const part of taken) if (!isWhole(part)) t.fail(`pieces of ${size}: half a frame was handed on`)
  }
})

t.test('data that is a small part of a packet does not keep it', async (t) => {
  const packet = Buffer.alloc(STREAM_WINDOW)
  for (const size of [1, 60, 1000, 20_000]) {
    const taken: Uint8Array[] = []
    const frames = reader({ onFrames: (bytes) => taken.push(bytes) }).frames
    const frame = Buffer.concat([yamuxHead(0, 0, 1, size), randomBytes(size)])
    // Updates of the window around it: nobody keeps those.
    const update = yamuxHead(1, 0, 1, 1)
    frames.push(hex(OPEN))
    packet.set(Buffer.concat([update, frame, update, frame, frame, update]), 5)
    frames.push(packet.subarray(5, 5 + 3 * (update.length + frame.length)))
    t.ok(
      Buffer.concat(taken.slice(1)).equals(Buffer.concat([update, frame, update, frame, frame, update])),
      `${size} bytes come as they were sent`
    )
    const data = taken.filter((bytes) => bytes[1] === 0)
    t.equal(data.length, 3)
    for (const { buffer } of data) t.equal(buffer.byteLength, frame.length, `${size} bytes`)
  }
})

t.test('random bytes: refused or waited for, nothing else', async (t) => {
  let refused = 0
  for (let round = 0; round < 2000; round++) {
    const { frames } = reader()
    try {
      frames.push(randomBytes(64))
    } catch (error) {
      if ((error as { code?: string }).code !== 'bad-frame') throw error
      refused++
    }
  }
  t.ok(refused > 1900, `${refused} of 2000 refused`)
})

t.test('streams opened by the peer are reported with what comes on them, a go away as well', async (t) => {
  const seen: unknown[] = []
  const { frames } = reader({
    onOpen: (id) => seen.push(['open', id]),
    onPeerData: (id, bytes, from, to) =>
      seen.push(['data', id, Buffer.from(bytes.subarray(from, to)).toString('hex')]),
    onPing: () => seen.push('ping'),
    onGoAway: () => seen.push('go away')
  })
  frames.push(
    hex(
      '00 00 0001 00000003 00000002 abcd 00 00 0000 00000002 00000001 ff 00 02 0001 00000000 00000000 00 02 0002 00000000 00000000 00 03 0000 00000000 00000000'
    )
  )
  t.same(seen, [['open', 3], ['data', 3, 'abcd'], 'ping', 'go away'])
})

function isWhole(bytes: Buffer): boolean {
  let at = 0
  while (at < bytes.length) at += 12 + (bytes[at + 1] === 0 ? bytes.readUInt32BE(at + 8) : 0)
  return at === bytes.length
}
