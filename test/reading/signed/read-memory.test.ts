import t from 'tap'
import { ReadMemory } from '../../../src/reading/signed/read-memory.ts'
import { topic } from '../../support/history.ts'
import { packOf } from '../../support/query/bench.ts'

t.test('the very same bytes on the same topic are found', async (t) => {
  const memory = new ReadMemory(32_768)
  const pack = packOf(0)
  t.equal(memory.find('pack', topic, pack.bytes), undefined)
  memory.add(pack)
  t.equal(memory.find('pack', topic, pack.bytes.slice()), pack)
  t.equal(memory.find('pack', '/sensor/light/v1', pack.bytes), undefined, 'another topic')
  t.equal(memory.find('block', topic, pack.bytes), undefined, 'another kind')
  t.equal(memory.find('pack', topic, packOf(1).bytes), undefined)
  t.equal(memory.find('pack', topic, new Uint8Array(0)), undefined)
})

t.test('whichever byte differs, it is not found', async (t) => {
  const memory = new ReadMemory(32_768)
  const pack = packOf(0)
  memory.add(pack)
  for (let at = 0; at < pack.bytes.length; at++) {
    const changed = pack.bytes.slice()
    changed[at] = (changed[at] ?? 0) ^ 1
    if (memory.find('pack', topic, changed) !== undefined) t.fail(`byte ${at} is not compared`)
  }
  t.equal(memory.find('pack', topic, pack.bytes.subarray(1)), undefined, 'a pack that lacks its first byte')
  t.pass(`${pack.bytes.length} bytes`)
})

t.test('what is kept is bounded in bytes', async (t) => {
  const packs = [0, 1, 2, 3].map((seq) => packOf(seq))
  const bytes = Math.max(...packs.map((pack) => pack.bytes.length))
  const memory = new ReadMemory(2 * bytes)
  for (const pack of packs) memory.add(pack)
  const found = packs.map((pack) => memory.find('pack', topic, pack.bytes) === pack)
  t.same(found, [false, false, true, true])
  for (let i = 0; i < 5; i++) for (const pack of packs.slice(3)) memory.add(pack)
  t.equal(memory.size, 2, 'the same again takes no more room')
  const none = new ReadMemory(bytes - 10)
  for (const pack of packs) none.add(pack)
  t.equal(none.size, 0, 'what is too large is not kept')
})
