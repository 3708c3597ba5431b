import t from 'tap'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import type { ClockStatus } from '../../../src/hal/time-source.ts'
import type { Sample } from '../../../src/reading/reading.ts'
import { authorBench, sampleOf } from '../../support/author.ts'
import { keptLog, runOf, topic, us } from '../../support/history.ts'

t.test('a reading has the next position, the time of its sample, and leaves at once', async (t) => {
  const clock = new VirtualClock()
  const { author, delivered, kept } = authorBench(clock)
  const sample = sampleOf(clock, 21.5)
  await clock.advance(250)
  author.add(sample)
  t.match(kept, [
    {
      series: `${us.peer}/hall/temperature`,
      position: { ...runOf(100), seq: 0 },
      time: 1_767_225_600,
      quality: 0,
      errorBound: 0.05,
      mono: 0,
      unit: 'Cel',
      interval: 1,
      value: 21.5
    }
  ])
  await clock.advance(0)
  t.equal(delivered.length, 1)
  t.match(delivered[0], { audience: 'everyone', at: 250, pack: { kind: 'pack', topic, author: us.peer } })
  t.same(delivered[0]?.pack.readings, kept)
  t.same(us.open('pack', topic, delivered[0]?.pack.bytes ?? new Uint8Array()).readings, kept)
  author.stop()
  t.equal(clock.pending, 0)
})

t.test('at most one pack a second: what comes meanwhile comes together, in order', async (t) => {
  const clock = new VirtualClock()
  const { author, delivered, kept } = authorBench(clock)
  for (let i = 0; i < 100; i++) {
    author.add(sampleOf(clock, i, i % 2 === 0 ? 'hall' : 'attic'))
    await clock.advance(100)
  }
  await clock.advance(2000)
  t.ok(delivered.length <= 11, `${delivered.length} packs in 10 s`)
  t.ok(delivered.every(({ at }, i) => i === 0 || at - (delivered[i - 1]?.at ?? 0) >= 1000))
  t.equal(delivered.flatMap(({ pack }) => pack.readings).length, kept.length)
  for (const device of ['hall', 'attic']) {
    const seqs = delivered.flatMap(({ pack }) =>
      pack.readings.filter(({ series }) => series.includes(device))
    )
    t.same(
      seqs.map(({ position }) => position.seq),
      Array.from({ length: 50 }, (_, i) => i)
    )
  }
  author.stop()
})

t.test('what comes in one go leaves in one pack', async (t) => {
  const clock = new VirtualClock()
  const { author, delivered } = authorBench(clock)
  for (const device of ['a', 'b', 'c']) author.add(sampleOf(clock, 1, device))
  await clock.advance(0)
  t.same(
    delivered.map(({ pack }) => pack.readings.length),
    [3]
  )
  author.stop()
})

t.test(
  'too many for a pack: none over the size, none more often, the oldest leave the live packs',
  async (t) => {
    const clock = new VirtualClock()
    const { author, delivered, kept } = authorBench(clock)
    for (let i = 0; i < 2000; i++) author.add(sampleOf(clock, Math.sin(i)))
    await clock.advance(10_000)
    t.ok(delivered.every(({ pack }) => pack.bytes.length <= 1024 + 160))
    t.ok(delivered.length <= 11)
    t.equal(kept.length, 2000, 'history has them all')
    const seqs = delivered.flatMap(({ pack }) => pack.readings.map(({ position }) => position.seq))
    t.same(
      seqs,
      Array.from({ length: 256 }, (_, i) => 1744 + i)
    )
    author.stop()
  }
)

t.test('private devices have packs of their own, which are not for everyone', async (t) => {
  const clock = new VirtualClock()
  const { author, delivered } = authorBench(clock)
  author.add(sampleOf(clock, 1, 'bedroom'))
  author.add(sampleOf(clock, 2))
  await clock.advance(0)
  t.same(
    delivered.map(({ pack, audience }) => [
      audience,
      pack.readings.map(({ series }) => series.split('/')[1])
    ]),
    [
      ['book', ['bedroom']],
      ['everyone', ['hall']]
    ]
  )
  author.stop()
})

t.test('two versions of a protocol carry the same bytes', async (t) => {
  const clock = new VirtualClock()
  const topics = [
    { topic: '/sensor/temp/v2', maxPayload: 2048 },
    { topic, maxPayload: 1024 }
  ]
  const { author, delivered } = authorBench(clock, { topicsOf: () => topics })
  author.add(sampleOf(clock, 1))
  await clock.advance(0)
  t.same(
    delivered.map(({ pack }) => pack.topic),
    ['/sensor/temp/v2', topic]
  )
  t.equal(delivered[0]?.pack.bytes, delivered[1]?.pack.bytes)
  author.stop()
})

t.test('a run of unknown time ends when the time is known, and is anchored', async (t) => {
  const clock = new VirtualClock()
  let status: ClockStatus = { quality: 2, offset: 0 }
  const { author, kept, runs, anchors, delivered } = authorBench(clock, { time: () => status })
  author.add(sampleOf(clock, 1))
  await clock.advance(1000)
  status = { quality: 0, offset: 5000 }
  author.add(sampleOf(clock, 2))
  await clock.advance(1000)
  t.match(kept, [
    { time: null, quality: 2, mono: 0, position: { ...runOf(100), seq: 0 } },
    { time: 1_767_225_606, quality: 0, mono: 0, position: { ...runOf(101), seq: 0 } }
  ])
  t.match(anchors, [{ run: runOf(100), mono: 1000, unix: 1_767_225_606 }])
  t.match(runs, [
    { run: runOf(100), unix: null },
    { run: runOf(101), unix: 1_767_225_606 }
  ])
  t.equal(delivered.length, 2, 'no pack holds both')
  author.stop()
})

t.test('a sample that was being taken when its run began is one that receivers take', async (t) => {
  const clock = new VirtualClock()
  let status: ClockStatus = { quality: 2, offset: 0 }
  const { author, delivered, kept } = authorBench(clock, { time: () => status })
  await clock.advance(1000)
  const underWay = sampleOf(clock, 21.5)
  await clock.advance(40)
  status = { quality: 0, offset: 0 }
  author.add(underWay)
  await clock.advance(1000)
  t.match(kept, [{ position: { ...runOf(101), seq: 0 }, mono: 0, time: 1_767_225_601 }])
  t.same(us.open('pack', topic, delivered[0]?.pack.bytes ?? new Uint8Array()).readings, kept)
  author.stop()
})

t.test('the time of a clock that became unknown is estimated from the run’s beginning', async (t) => {
  const clock = new VirtualClock()
  const bench = authorBench(clock)
  bench.status = { quality: 2, offset: 0 }
  clock.step(-86_400_000)
  await clock.advance(3000)
  bench.author.add(sampleOf(clock, 1))
  t.match(bench.kept, [{ time: 1_767_225_603, quality: 1, position: { ...runOf(100), seq: 0 } }])
  bench.author.stop()
})

t.test(
  'a run that began with a known time does not end because the clock was doubted for a while',
  async (t) => {
    const clock = new VirtualClock()
    const bench = authorBench(clock)
    const known = bench.status
    bench.status = { quality: 2, offset: 0 }
    bench.author.timeKnown()
    bench.status = known
    bench.author.timeKnown()
    t.same(bench.runs.length, 1)
    bench.author.stop()
  }
)

t.test('another life of ours with a later epoch makes us go above it', async (t) => {
  const clock = new VirtualClock()
  const { author, kept } = authorBench(clock)
  author.add(sampleOf(clock, 1))
  author.raise(author.run)
  author.raise(runOf(99))
  t.equal(author.run.epoch, 100, 'not for ourselves, nor for the past')
  author.raise(runOf(500))
  t.equal(author.run.epoch, 501)
  author.raise(runOf(501, 'ffffffffffffffff'))
  t.equal(author.run.epoch, 501, 'not at once: it may be a second node with our key')
  author.raise(runOf(700))
  await clock.advance(600_000)
  t.equal(author.run.epoch, 701, 'above all that was seen, when the pause is over')
  await clock.advance(600_000)
  author.raise(runOf(701, 'ffffffffffffffff'))
  t.equal(author.run.epoch, 702, 'the same epoch with another boot is another life')
  author.add(sampleOf(clock, 1))
  t.same(
    kept.map(({ position }) => [position.epoch, position.seq]),
    [
      [100, 0],
      [702, 0]
    ]
  )
  author.stop()
})

t.test('what no pack can carry is a fault of the author, logged when it begins', async (t) => {
  const clock = new VirtualClock()
  const log = keptLog()
  const { author, delivered, kept } = authorBench(clock, { log })
  const wrong = [true, true, Number.NaN] as unknown as number[]
  for (const value of [20, ...wrong, 21]) author.add(sampleOf(clock, value))
  await clock.advance(0)
  t.match(
    delivered.flatMap(({ pack }) => pack.readings),
    [
      { value: 20 },
      { fault: { code: 'wrong-kind', text: 'hall/temperature is true, and must be a number' } },
      { fault: { code: 'wrong-kind' } },
      { fault: { code: 'out-of-range', text: 'hall/temperature is NaN, which is not a number' } },
      { value: 21 }
    ]
  )
  t.same(us.open('pack', topic, delivered[0]?.pack.bytes ?? new Uint8Array()).readings, kept)
  t.equal(log.lines.length, 1)
  author.add(sampleOf(clock, true as unknown as number))
  t.equal(log.lines.length, 2, 'and again after a good one')
  author.stop()
})

t.test('a sample that cannot be sent even as a fault is dropped, and costs no position', async (t) => {
  const clock = new VirtualClock()
  const log = keptLog()
  const { author, delivered, kept } = authorBench(clock, { log })
  const bad: Partial<Sample>[] = [
    { channel: 'LONG-CHANNEL' },
    { device: 'Hall' },
    { quantity: 'mood' },
    { interval: 0 },
    { interval: Number.NaN }
  ]
  for (const part of bad) author.add({ ...sampleOf(clock, 1), ...part } as Sample)
  t.equal(kept.length, 0)
  t.match(log.lines[0]?.message, /is dropped/)
  author.add(sampleOf(clock, 1))
  await clock.advance(0)
  t.match(delivered[0]?.pack.readings, [{ position: { seq: 0 }, value: 1 }])
  author.stop()
})

t.test('the longest fault fits a live pack, and one that fits none costs nothing beside it', async (t) => {
  const clock = new VirtualClock()
  const { author, delivered } = authorBench(clock)
  const fault = { code: 'c'.repeat(32), text: '😀'.repeat(300) }
  const device = 'd'.repeat(32)
  author.add({ device, quantity: 'temperature', channel: 'abcdefgh', at: 0, interval: 1, fault })
  await clock.advance(0)
  t.match(delivered[0]?.pack.readings, [{ fault: { text: '😀'.repeat(100) } }])
  author.stop()
  const small = authorBench(clock, { topicsOf: () => [{ topic, maxPayload: 300 }] })
  small.author.add({ device, quantity: 'temperature', channel: 'abcdefgh', at: 0, interval: 1, fault })
  small.author.add(sampleOf(clock, 7))
  await clock.advance(1000)
  t.match(
    small.delivered.map(({ pack }) => pack.readings),
    [[{ value: 7 }]]
  )
  small.author.stop()
})

t.test('a clock of a year that no pack can carry is as good as none', async (t) => {
  const clock = new VirtualClock()
  const { author, kept } = authorBench(clock, { time: () => ({ quality: 0, offset: 253_402_300_800_000 }) })
  author.add(sampleOf(clock, 1))
  author.add(sampleOf(clock, 2))
  t.match(kept, [
    { time: null, quality: 2, position: { epoch: 100, seq: 0 } },
    { time: null, position: { epoch: 100, seq: 1 } }
  ])
  author.stop()
})
