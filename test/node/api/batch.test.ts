import t from 'tap'
import { nextBatch } from '../../../src/node/api/batch.ts'
import { MIN_MAX_PAYLOAD } from '../../../src/protocol/datagram/constants.ts'
import { encodeRequest } from '../../../src/protocol/query/codec/request.ts'

function batchOf(count: number, name: string): string[] {
  return [...nextBatch(new Map(Array.from({ length: count }, (_, i) => [`${i}`, name]))).values()]
}

t.test('as many names as any flow takes at once, 16 at most, and at least one', (t) => {
  t.equal(batchOf(20, 'a/count').length, 16)
  t.equal(batchOf(20, 'x'.repeat(30)).length, 6)
  t.equal(batchOf(20, 'x'.repeat(127)).length, 1)
  t.equal(batchOf(0, '').length, 0)
  for (const length of [1, 10, 30, 74]) {
    const request = encodeRequest({ id: 2 ** 32, op: 'read', n: batchOf(99, 'x'.repeat(length)) })
    t.ok(request.length <= MIN_MAX_PAYLOAD, `${request.length} bytes with names of ${length}`)
  }
  t.end()
})
