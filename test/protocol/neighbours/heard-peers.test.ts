import t from 'tap'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import type { Listed } from '../../../src/protocol/neighbours/codec.ts'
import { HeardPeers } from '../../../src/protocol/neighbours/heard-peers.ts'

const KEEP = 30_000

function table(capacity = 1024): { clock: VirtualClock; heard: HeardPeers } {
  const clock = new VirtualClock()
  return { clock, heard: new HeardPeers({ clock, capacity, keep: KEEP }) }
}

function peers(prefix: string, count: number, age = 0): Listed[] {
  return Array.from({ length: count }, (_, i) => [`${prefix}${i}`, age])
}

t.test('a list replaces the one before, and is used for its time', async (t) => {
  const { clock, heard } = table()
  heard.put('hall', [['attic', 5]])
  t.strictSame(heard.neighboursOf('attic'), ['hall'])
  heard.put('hall', [['den', 5]])
  t.strictSame(heard.neighboursOf('attic'), [])
  await clock.advance(KEEP - 1)
  t.strictSame(heard.neighboursOf('den'), ['hall'])
  await clock.advance(1)
  t.strictSame(heard.neighboursOf('den'), [])
  t.equal(heard.size, 0)
})

t.test('the longest connection comes first; no age is more than we have run', async (t) => {
  const { clock, heard } = table()
  await clock.advance(100_000)
  heard.put('boaster', [['attic', 4_000_000_000]])
  heard.put('fresh', [['attic', 0]])
  heard.put('old', [['attic', 99]])
  t.strictSame(heard.neighboursOf('attic'), ['boaster', 'old', 'fresh'])
  t.equal(heard.all().get('attic')?.[0]?.openFor, 100_000)
})

t.test('10,000 made-up peers take no place of others', async (t) => {
  const { heard } = table()
  heard.put('liar', peers('made-up ', 10_000))
  t.equal(heard.size, 1024)
  heard.put('hall', peers('hall ', 300))
  t.strictSame(heard.neighboursOf('hall 299'), ['hall'])
  t.equal(heard.size, 544 + 300, 'of the liar its fair share of 512, and 32')
  heard.put('den', peers('den ', 300))
  t.strictSame(heard.neighboursOf('den 299'), ['den'])
  t.strictSame(heard.neighboursOf('hall 299'), ['hall'])
  t.ok(heard.size <= 1024)
  for (let again = 0; again < 10; again++) heard.put('liar', peers(`again ${again} `, 10_000))
  t.strictSame(heard.neighboursOf('hall 299'), ['hall'])
  t.ok(heard.size <= 1024)
})

t.test('however many liars there are, the table holds no more', async (t) => {
  const { heard } = table(100)
  for (let liar = 0; liar < 50; liar++) heard.put(`liar ${liar}`, peers(`${liar} `, 1000))
  t.ok(heard.size <= 100)
  heard.put('hall', [['attic', 1]])
  t.strictSame(heard.neighboursOf('attic'), ['hall'])
})
