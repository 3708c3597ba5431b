import t from 'tap'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { BookDials } from '../../../src/node/peers/book-dials.ts'
import type { BookEntry } from '../../../src/peer/book/entry.ts'
import { keptLog } from '../../support/history.ts'

function entriesOf(count: number, addresses = ['/ip4/192.0.2.1/tcp/4001']): BookEntry[] {
  return Array.from({ length: count }, (_, i) => ({
    name: `p${i}`,
    peer: `peer${i}`,
    purposes: [],
    addresses,
    time: false
  }))
}

function bench(canDial: (peer: string) => boolean = () => true) {
  const clock = new VirtualClock()
  const log = keptLog()
  const handed: string[] = []
  const remember = (peer: string): boolean => {
    handed.push(peer)
    return canDial(peer)
  }
  return { clock, log, handed, dials: new BookDials({ autoDialer: { remember }, clock, log }) }
}

t.test('a book of ordinary length is handed over at once, one of thousands bit by bit', async (t) => {
  const { clock, handed, dials } = bench()
  dials.remember(entriesOf(100))
  t.equal(handed.length, 100)
  dials.remember(entriesOf(10_000))
  t.equal(handed.length, 228)
  dials.remember(entriesOf(1))
  await clock.advance(10_000)
  t.equal(handed.length, 10_101)
  dials.remember(entriesOf(1000))
  dials.stop()
  await clock.advance(10_000)
  t.equal(handed.length, 10_229)
  t.equal(clock.pending, 0)
})

t.test('entries that cannot be dialled are named in one line, those without addresses not', async (t) => {
  const { clock, log, handed, dials } = bench((peer) => !peer.startsWith('peer1'))
  dials.remember([...entriesOf(150), ...entriesOf(5, [])])
  await clock.advance(1000)
  t.equal(handed.length, 150)
  t.same(
    log.lines.map(({ message }) => message),
    ['the book has no address that can be dialled of p1, p10, p11 and 58 others: kith dials TCP']
  )
})
