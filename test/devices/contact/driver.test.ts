import t from 'tap'
import { contact } from '../../../devices/contact/index.ts'
import { model } from '../../../devices/contact/model.ts'
import type { Level } from '../../../src/hal/gpio.ts'
import { simulatedWorld } from '../../../src/hal/simulated/world.ts'
import { GpioBench, LINE, lineFaults } from '../../support/hardware/gpio-bench.ts'

const open = [{ quantity: 'contact', value: true }]
const closed = [{ quantity: 'contact', value: false }]

t.test('closed is low against a pull-up, unless it is said otherwise', async (t) => {
  for (const [options, level, expected] of [
    [{}, 1, open],
    [{}, 0, closed],
    [{ closed: 'high', bias: 'pull-down' }, 1, closed],
    [{ closed: 'high', bias: 'pull-down' }, 0, open]
  ] as const) {
    const bench = new GpioBench(contact, options)
    bench.drive(level)
    t.same(await bench.sample(await bench.open()), expected)
  }
  const bench = new GpioBench(contact)
  t.same(await bench.sample(await bench.open()), open, 'nothing wired to it is open')
})

t.test('a change is reported at once, with the time of its first edge', async (t) => {
  const bench = new GpioBench(contact)
  await bench.open()
  await bench.clock.advance(5000)
  for (const level of [0, 1, 0, 1, 0] as const) {
    bench.drive(level)
    await bench.clock.advance(2)
  }
  t.same(bench.changes, [])
  await bench.clock.advance(18)
  t.equal(bench.changes.length, 1)
  t.match(bench.changes, [{ changed: closed, at: 5020 }])
  bench.drive(1)
  await bench.clock.advance(20)
  t.equal(bench.changes.length, 2)
  t.match(bench.changes[1], { changed: open })
  bench.drive(0, 1)
  await bench.clock.advance(100)
  t.equal(bench.changes.length, 2, 'a spark is no change')
})

t.test('a sample in the middle of a bounce waits for the end of it', async (t) => {
  const bench = new GpioBench(contact)
  const sensor = await bench.open()
  await bench.clock.advance(1000)
  const began = bench.clock.monotonic()
  bench.drive(0)
  t.same(await bench.sample(sensor), closed)
  t.match(bench.changes, [{ at: began }], 'and the change was reported before')
})

t.test('an edge that was missed is found by the next sample', async (t) => {
  const bench = new GpioBench(contact)
  const sensor = await bench.open()
  bench.world.lines.driveUnseen(LINE, 0)
  t.same(await bench.sample(sensor), closed)
  t.match(bench.changes, [{ changed: closed }])
})

t.test('a loose wire is a fault, not a guess, until it holds', async (t) => {
  const bench = new GpioBench(contact)
  const sensor = await bench.open()
  const chatter = async (ms: number): Promise<void> => {
    for (let i = 0; i < ms / 5; i++) {
      bench.drive((i % 2) as Level)
      await bench.clock.advance(5)
    }
  }
  await chatter(3000)
  const unstable = {
    code: 'unstable',
    message: 'contact on GPIO17 holds no level: it opens and closes continuously'
  }
  await t.rejects(bench.sample(sensor), unstable)
  t.same(bench.changes, [])
  await bench.clock.advance(50)
  t.same(await bench.sample(sensor), open)
  t.match(bench.changes, [{ changed: open }])
  const [waiting] = [t.rejects(sensor.sample(new AbortController().signal), unstable), bench.drive(0)]
  t.ok(waiting)
  await chatter(2000)
  await waiting
  await sensor.close()
  const opening = contact.open(
    bench.world.pins,
    LINE,
    { closed: 'low', bias: 'pull-up', debounce: 20 },
    { clock: bench.clock, name: 'door', signal: new AbortController().signal, state: bench.state }
  )
  await Promise.all([t.rejects(opening, unstable, 'nor does it open'), chatter(2000)])
  t.ok(await bench.open(), 'the line was given back')
})

t.test('a chip that goes in the middle of a bounce is a fault, and no value comes after it', async (t) => {
  const bench = new GpioBench(contact)
  const sensor = await bench.open()
  bench.drive(0)
  const waiting = t.rejects(sensor.sample(new AbortController().signal), { code: 'no-such-line' })
  await bench.clock.advance(5)
  bench.world.lines.fail(LINE, 'gone')
  await waiting
  await bench.clock.advance(1000)
  t.same(bench.changes, [])
  await t.rejects(bench.sample(sensor), { code: 'no-such-line' })
})

t.test('a closed sensor reports nothing and leaves no timer', async (t) => {
  const bench = new GpioBench(contact)
  const sensor = await bench.open()
  bench.drive(0)
  await sensor.close()
  await bench.clock.advance(1000)
  bench.drive(1)
  t.same(bench.changes, [])
  t.equal(bench.clock.pending, 0)
})

t.test('without debounce every edge is reported', async (t) => {
  const bench = new GpioBench(contact, { debounce: 0 })
  await bench.open()
  bench.drive(0, 1, 0)
  t.same(
    bench.changes.map(({ changed }) => changed[0]?.value),
    [false, true, false]
  )
})

t.test('the simulated door opens, closes and bounces', async (t) => {
  const bench = new GpioBench(contact)
  const world = simulatedWorld({
    clock: bench.clock,
    wired: [{ line: LINE, type: 'contact' }],
    lineModels: { contact: model }
  })
  const sensor = await bench.clock.run(
    contact.open(
      world.pins,
      LINE,
      { closed: 'low', bias: 'pull-up', debounce: 20 },
      { clock: bench.clock, name: 'door', signal: new AbortController().signal, state: bench.state }
    )
  )
  const reported: unknown[] = []
  sensor.onChange?.((changed) => reported.push(changed[0]?.value))
  await bench.clock.advance(3_600_000)
  t.ok(reported.length >= 10 && reported.length < 120, `${reported.length} changes in an hour`)
  t.ok(
    reported.every((value, i) => value === (i % 2 === 0)),
    'each the other of the one before'
  )
  await world.close()
  await sensor.close()
  t.equal(bench.clock.pending, 0)
})

lineFaults(t, contact)
