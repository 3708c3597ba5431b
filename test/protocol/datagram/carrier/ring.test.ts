import t from 'tap'
import { DatagramRing } from '../../../../src/protocol/datagram/carrier/ring.ts'
import { Counters } from '../../../../src/protocol/datagram/counters.ts'

interface Waiting {
  readonly flow: string
  readonly at: number
}

const waiting = (...flows: string[]): Waiting[] => flows.map((flow, at) => ({ flow, at }))

function ringOf(datagrams: readonly Waiting[]): { ring: DatagramRing<Waiting>; counters: Counters } {
  const counters = new Counters()
  const ring = new DatagramRing<Waiting>({ ring: 4, ringAge: 1000 }, counters)
  for (const datagram of datagrams) ring.push(datagram)
  return { ring, counters }
}

t.test(
  'those of one flow are taken in their order, each looked at once; the others stay in theirs',
  async (t) => {
    const all = waiting('a', 'b', 'a', 'b')
    const { ring } = ringOf(all)
    let looks = 0
    const drained = ring.drain(({ flow }) => {
      looks++
      return flow === 'a'
    })
    t.same(drained, [all[0], all[2]])
    t.equal(looks, 4)
    t.same([...ring.values()], [all[1], all[3]])
    t.same(
      ring.drain(({ flow }) => flow === 'a'),
      []
    )
    t.same(ring.drain(), [all[1], all[3]])
    t.equal(ring.size, 0)
    t.same(ring.drain(), [])
  }
)

t.test('at its limit the oldest is dropped', async (t) => {
  const all = waiting('a', 'b', 'c', 'd', 'e')
  const { ring, counters } = ringOf(all)
  t.same([...ring.values()], all.slice(1))
  t.equal(counters.drops['ring-full'], 1)
})
