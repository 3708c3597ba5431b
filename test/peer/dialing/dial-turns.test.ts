import type { PeerId } from '@libp2p/interface'
import t from 'tap'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { DialTurns } from '../../../src/peer/dialing/dial-turns.ts'
import { type Known, KnownPeers } from '../../../src/peer/dialing/known-peers.ts'

function bench(limits: { parallelDials: number; failuresPerSecond: number }) {
  const clock = new VirtualClock()
  const table = new KnownPeers({
    clock,
    random: () => 0.5,
    limits: {
      ...limits,
      peers: 100_000,
      addresses: 2,
      retryMin: 1000,
      retryMax: 60_000,
      strangerRetryMax: 600_000,
      dialsPerMinute: 60,
      forgetUnreached: 300_000,
      forgetAfter: 3_600_000
    },
    inBook: () => true,
    isConnected: () => false,
    removed: () => {}
  })
  const begun: string[] = []
  const ends = new Map<string, (isConnected: boolean) => void>()
  const turns = new DialTurns({
    clock,
    limits,
    begin: (known) => {
      begun.push(known.id.toString())
      return new Promise((resolve) => ends.set(known.id.toString(), resolve))
    }
  })
  const peer = (name: string, seenAt?: number): Known =>
    Object.assign(table.admit({ toString: () => name } as PeerId, name), { seenAt })
  const end = async (name: string, isConnected: boolean): Promise<void> => {
    ends.get(name)?.(isConnected)
    await new Promise(setImmediate)
  }
  return { clock, turns, begun, peer, end }
}

t.test('so many at one time, in order, and those that were seen first', async (t) => {
  const { turns, begun, peer, end } = bench({ parallelDials: 2, failuresPerSecond: 1000 })
  const late = peer('d')
  for (const known of [peer('a'), peer('b'), peer('c'), late, peer('e')]) turns.wait(known)
  t.same(begun, ['a', 'b'])
  late.seenAt = 5
  turns.wait(late)
  turns.wait(peer('seen', 7))
  await end('a', true)
  t.same(begun.slice(2), ['d'])
  await end('b', true)
  await end('d', true)
  t.same(begun.slice(3), ['seen', 'c'])
  turns.stop()
  await end('c', true)
  t.equal(begun.length, 5, 'and none after the end')
})

t.test(
  '10,000 that refuse at once are dialled at the pace of the limit; those that answer, at once',
  async (t) => {
    const { clock, turns, begun, peer, end } = bench({ parallelDials: 32, failuresPerSecond: 10 })
    for (let i = 0; i < 10_000; i++) turns.wait(peer(`${i}`))
    for (let done = 0; done < begun.length; done++) await end(begun[done] ?? '', false)
    t.equal(begun.length, 32)
    for (let second = 0; second < 10; second++) {
      await clock.advance(1000)
      for (let done = 32; done < begun.length; done++) await end(begun[done] ?? '', false)
    }
    t.ok(begun.length >= 120 && begun.length <= 134, `${begun.length}`)

    const all = bench({ parallelDials: 32, failuresPerSecond: 10 })
    for (let i = 0; i < 1000; i++) all.turns.wait(all.peer(`${i}`))
    for (let done = 0; done < all.begun.length; done++) await all.end(all.begun[done] ?? '', true)
    t.equal(all.begun.length, 1000)
  }
)
