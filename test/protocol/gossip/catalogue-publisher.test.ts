import t from 'tap'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { CataloguePublisher } from '../../../src/protocol/gossip/catalogue-publisher.ts'

const MINUTE = 60_000
const BOOK = { key: 'all', isPartial: false, shows: () => true }

function bench() {
  const clock = new VirtualClock()
  const published: number[] = []
  const sealed: number[] = []
  const publisher = new CataloguePublisher({
    clock,
    period: 10 * MINUTE,
    gather: 1000,
    seal: (revision, view) => {
      sealed.push(revision)
      return Uint8Array.of(revision, view === undefined ? 0 : 1)
    },
    publish([revision = -1, restricted]) {
      if (restricted === 1) throw new Error('published what is for the book')
      published.push(revision)
    }
  })
  return { clock, published, sealed, publisher }
}

t.test(
  'published at the start and every ten minutes, sealed anew: relays do not pass on bytes that they know',
  async (t) => {
    const { clock, published, sealed, publisher } = bench()
    publisher.start()
    await clock.advance(30 * MINUTE)
    t.same(published, [0, 0, 0])
    t.same(sealed, [0, 0, 0])
    t.same(publisher.current(), Uint8Array.of(0, 0))
    t.equal(publisher.current(), publisher.current(), 'the bytes are made once')
    t.equal(sealed.length, 3)
  }
)

t.test('peers of the book get more, sealed once a revision, and only when they ask', async (t) => {
  const { clock, published, sealed, publisher } = bench()
  publisher.start()
  t.same(publisher.current(BOOK), Uint8Array.of(0, 1))
  t.equal(publisher.current(BOOK), publisher.current(BOOK))
  await clock.advance(5000)
  t.same(published, [0])
  const before = sealed.length
  publisher.changed()
  t.same(publisher.current(BOOK), Uint8Array.of(1, 1))
  t.same(publisher.current(), Uint8Array.of(1, 0))
  t.equal(sealed.length, before + 2)
})

t.test('a change is a new revision; a flapping sensor is no flood', async (t) => {
  const { clock, published, sealed, publisher } = bench()
  publisher.start()
  await clock.advance(5000)
  for (let i = 0; i < 40; i++) {
    publisher.changed()
    await clock.advance(100)
  }
  await clock.advance(1000)
  t.same(published, [0, 1, 2, 3, 4])
  t.same(sealed, [0, 1, 2, 3, 4])
  publisher.changed()
  t.same(publisher.current(), Uint8Array.of(5, 0), 'a request gets it at once')
})

t.test('a new run counts from 0 again', async (t) => {
  const { clock, published, publisher } = bench()
  publisher.start()
  await clock.advance(5000)
  publisher.changed()
  await clock.advance(2000)
  publisher.newRun()
  await clock.advance(2000)
  t.same(published, [0, 1, 0])
})

t.test('stopped, it says nothing more', async (t) => {
  const { clock, published, publisher } = bench()
  publisher.start()
  publisher.changed()
  publisher.stop()
  publisher.changed()
  await clock.advance(60 * MINUTE)
  t.same(published, [])
  t.equal(clock.pending, 0)
})
