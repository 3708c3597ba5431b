import { randomBytes } from 'node:crypto'
import { lpStream } from '@libp2p/utils'
import t from 'tap'
import { compactLists } from '../../../../src/node/network/guard/compact-lists.ts'
import { streamPair } from '../../../support/stream-pair.ts'

interface List {
  readonly length: number
  readonly bufs: readonly Uint8Array[]
  append(...pieces: Uint8Array[]): void
  consume(bytes: number): void
  subarray(from?: number, to?: number): Uint8Array
}

/** An empty one of the class that libp2p uses. */
function emptyList(): List {
  const [stream] = streamPair('/x/v1')
  return (stream as unknown as { readBuffer: List }).readBuffer
}

compactLists(emptyList())

t.test('many small pieces become one, with the same bytes', async (t) => {
  const list = emptyList()
  const bytes = randomBytes(20_000)
  let most = 0
  for (let i = 0; i < bytes.length; i++) {
    list.append(bytes.subarray(i, i + 1))
    most = Math.max(most, list.bufs.length)
  }
  t.equal(list.length, bytes.length)
  t.ok(bytes.equals(list.subarray()))
  t.ok(most < 600, `${most} pieces`)
  list.consume(19_000)
  t.ok(bytes.subarray(19_000).equals(list.subarray()))
})

t.test('large pieces stay as they came', async (t) => {
  const list = emptyList()
  const piece = new Uint8Array(100)
  for (let i = 0; i < 1000; i++) list.append(piece)
  t.equal(list.bufs.length, 1000)
  t.equal(list.bufs[0], piece)
})

t.test('libp2p reads messages from it as ever', async (t) => {
  const [here, there] = streamPair('/x/v1')
  const frames = lpStream(there)
  const message = randomBytes(3000)
  const bytes = Buffer.concat([Buffer.from('b817', 'hex'), message])
  for (const byte of bytes) here.send(Buffer.of(byte))
  t.ok(message.equals((await frames.read()).subarray()))
})

t.test('twice, or on something else, it does nothing', async (t) => {
  const list = emptyList()
  const { append } = Object.getPrototypeOf(list) as List
  compactLists(list)
  compactLists(undefined)
  compactLists({})
  t.equal((Object.getPrototypeOf(list) as List).append, append)
})
