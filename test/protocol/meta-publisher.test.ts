import t from 'tap'
import { VirtualClock } from '../../src/hal/simulated/virtual-clock.ts'
import { MetaPublisher } from '../../src/protocol/meta-publisher.ts'

const MINUTE = 60_000

function bench() {
  const clock = new VirtualClock()
  const published: number[] = []
  const sealed: number[] = []
  const publisher = new MetaPublisher({
    clock,
    period: 10 * MINUTE,
    gather: 1000,
    seal: (revision) => {
      sealed.push(revision)
      return Uint8Array.of(revision)
    },
    publish: ([revision = -1]) => published.push(revision)
  })
  return { clock, published, sealed, publisher }
}

t.test('told at the start and every ten minutes, sealed once', async (t) => {
  const { clock, published, sealed, publisher } = bench()
  publisher.start()
  await clock.advance(30 * MINUTE)
  t.same(published, [0, 0, 0])
  t.same(sealed, [0])
  t.same(publisher.current(), Uint8Array.of(0))
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
  t.same(publisher.current(), Uint8Array.of(5), 'who asks is told at once')
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
