import t from 'tap'
import { SeededRandom } from '../../../../src/hal/simulated/random.ts'
import { VirtualClock } from '../../../../src/hal/simulated/virtual-clock.ts'
import { ConnectionIds } from '../../../../src/protocol/datagram/packet/connection-ids.ts'
import { deriveKeys } from '../../../../src/protocol/datagram/packet/key-schedule.ts'
import { SessionKeys } from '../../../../src/protocol/datagram/packet/session-keys.ts'
import { vector } from '../../../support/datagram/vector.ts'

const owner = { host: undefined, packet: () => {}, flooded: () => {}, keyExhausted: () => {} }

t.test('ids are unique in their first four bytes, and are given back', async (t) => {
  const clock = new VirtualClock()
  const random = new SeededRandom(1)
  // A generator with two values only: the second id must not be the first again.
  const ids = new ConnectionIds((count) => new Uint8Array(count).fill(random.next() < 0.5 ? 1 : 2))
  const keys = new SessionKeys({ clock, ids, owner, failedOpens: 10 })
  const one = keys.reserve()
  const other = keys.reserve()
  t.notSame(one.cid, other.cid)
  t.equal(ids.find(one.cid), one)
  const similar = Buffer.from(one.cid)
  similar[7] = 99
  t.equal(ids.find(similar), undefined, 'the whole id counts')
  keys.release(one)
  t.equal(ids.find(one.cid), undefined)
  keys.close()
  t.equal(ids.size, 0)
})

t.test('many rekeys: two keys to receive with at most, none after close', async (t) => {
  const clock = new VirtualClock()
  const random = new SeededRandom(1)
  const ids = new ConnectionIds((count) => random.bytes(count))
  const keys = new SessionKeys({ clock, ids, owner, failedOpens: 10 })
  const { initiatorToResponder: one, responderToInitiator: other } = deriveKeys(vector)
  for (let i = 0; i < 10; i++) {
    keys.install(keys.reserve(), one, other, Buffer.alloc(8), true)
    await clock.advance(1000)
    t.ok(ids.size <= 2)
  }
  await clock.advance(10_000)
  t.equal(ids.size, 1)
  keys.close()
  t.equal(ids.size, 0)
  t.equal(keys.encrypter, undefined)
  t.equal(clock.pending, 0)
})
