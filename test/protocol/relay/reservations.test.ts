import t from 'tap'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { Reservations } from '../../../src/protocol/relay/reservations.ts'

const limits = { reservations: 8, reservationsPerAddress: 2, lifetime: 60_000 }

t.test('a thousand strangers leave a quarter of the places to the book', async (t) => {
  const reservations = new Reservations(new VirtualClock(), limits)
  const strangers = Array.from({ length: 1000 }, (_, i) => `stranger-${i}`)
  const granted = strangers.filter((peer, i) =>
    reservations.put(peer, { inBook: false, source: `10.0.${i % 100}.1` })
  )
  t.same([granted.length, reservations.size], [6, 6])
  t.ok(reservations.put('hall', { inBook: true, source: '10.0.0.1' }))
  t.ok(reservations.put('attic', { inBook: true, source: undefined }))
  t.notOk(reservations.put('den', { inBook: true, source: undefined }), 'there are no more')
  t.ok(reservations.put(granted[0] ?? '', { inBook: false, source: '10.0.0.1' }), 'renewed')
  t.equal(reservations.size, 8)
})

t.test('one address has its share, which ends with its reservations', async (t) => {
  const clock = new VirtualClock()
  const reservations = new Reservations(clock, limits)
  const reserve = (peer: string): boolean => reservations.put(peer, { inBook: false, source: '10.0.0.1' })
  t.same(['one', 'two', 'three'].map(reserve), [true, true, false])
  reservations.remove('one')
  t.ok(reserve('three'))
  await clock.advance(limits.lifetime)
  t.equal(reservations.size, 0)
  t.notOk(reservations.has('three'))
  t.ok(reserve('one'))
})

t.test('a single place is for whoever comes first', async (t) => {
  const reservations = new Reservations(new VirtualClock(), { ...limits, reservations: 1 })
  t.ok(reservations.put('stranger', { inBook: false, source: undefined }))
  t.notOk(reservations.put('hall', { inBook: true, source: undefined }))
})
