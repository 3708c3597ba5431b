import { randomBytes } from 'node:crypto'
import t from 'tap'
import { ByteQueue } from '../../../src/protocol/circuit/byte-queue.ts'

const BLOCK = 8192
const SLAB = 65_536

/** A view of memory of its own. */
function within(memory: number, bytes: Uint8Array): Uint8Array {
  const view = new Uint8Array(memory).subarray(memory - bytes.length)
  view.set(bytes)
  return view
}

function drained(queue: ByteQueue, most: number): Buffer {
  const parts: Uint8Array[] = []
  while (queue.length > 0) {
    const part = queue.take(most)
    if (part.length === 0 || part.length > most) throw new Error(`${part.length} bytes were taken`)
    parts.push(part)
  }
  return Buffer.concat(parts)
}

t.test('bytes come out as they went in, whatever their pieces', (t) => {
  const all = randomBytes(200_000)
  for (const sizes of [[1], [8191, 1, 8192, 8193], [100, 60_000, 3, 20_000], [200_000]]) {
    const queue = new ByteQueue()
    const out: Uint8Array[] = []
    for (let at = 0, turn = 0; at < all.length; turn++) {
      const size = sizes[turn % sizes.length] ?? 1
      const piece = all.subarray(at, at + size)
      queue.push(within(3 * piece.length, piece))
      at += size
      // What is taken meanwhile must not be written over by what comes later.
      if (turn % 3 === 0) out.push(queue.take(500))
    }
    out.push(drained(queue, BLOCK))
    t.ok(Buffer.concat(out).equals(all), `in pieces of ${sizes.join(', ')}`)
    t.equal(queue.memory, 0)
  }
  t.end()
})

t.test('pieces take no more memory than twice their bytes, a block and that of the first', (t) => {
  for (const size of [1, 100, 4096, 8192, 32_767, 32_768, 65_536]) {
    const queue = new ByteQueue()
    const most = Math.min(262_144, 20_000 * size)
    while (queue.length < most) {
      queue.push(within(SLAB, new Uint8Array(size)))
      if (queue.memory > 2 * queue.length + BLOCK + SLAB)
        t.fail(`${queue.length} bytes in pieces of ${size} take ${queue.memory}`)
    }
    t.ok(queue.memory >= most, `pieces of ${size}: ${queue.memory}`)
    queue.clear()
    t.equal(queue.memory, 0)
    t.equal(queue.length, 0)
  }
  t.end()
})

t.test('a piece that comes alone is not copied', (t) => {
  const queue = new ByteQueue()
  const piece = new Uint8Array(100)
  queue.push(piece)
  t.equal(queue.take(BLOCK).buffer, piece.buffer)
  t.end()
})
