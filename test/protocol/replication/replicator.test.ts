import t from 'tap'
import {
  author,
  MINUTE,
  ofSeries,
  other,
  replicatorBench,
  sealedOf,
  stranger
} from '../../support/replicator-bench.ts'

t.test('what is kept is written at once, what is not is not', async (t) => {
  const { shelf, replicator } = replicatorBench(t, () => true)
  t.equal(replicator.take(sealedOf('pack', author, 1, 0)), true)
  t.equal(replicator.take(sealedOf('pack', stranger, 1, 0)), false)
  t.equal(shelf.put.length, 1)
})

t.test('gaps are asked for, the newest first', async (t) => {
  const { clock, asked, shelf, replicator } = replicatorBench(t, (task, put) => {
    const { from, to = from.seq } = task.missing
    for (let seq = from.seq; seq <= to; seq++) put.push(sealedOf('pack', author, from.epoch, seq))
    return true
  })
  replicator.take(sealedOf('pack', author, 1, 0, 3, 6))
  await clock.advance(25_000)
  t.same(asked, ['1.4-5', '1.1-2'])
  t.equal(shelf.held(shelf.series()[0] ?? '')[0]?.ranges.length, 7)
  await clock.advance(5 * MINUTE)
  t.equal(asked.length, 2, 'nothing is missing any more')
})

t.test(
  'how far an earlier run went is asked once, and so is a gap that its author cannot fill',
  async (t) => {
    const { clock, asked, replicator } = replicatorBench(t, () => true)
    replicator.take(sealedOf('pack', author, 1, 0, 2))
    replicator.take(sealedOf('pack', author, 2, 0))
    await clock.advance(5 * MINUTE)
    t.same(asked, ['1.3-', '1.1-1'])
  }
)

t.test('an author who does not answer is left in peace, longer and longer', async (t) => {
  const { clock, asked, replicator } = replicatorBench(t, () => false)
  replicator.take(sealedOf('pack', author, 1, 0, 2))
  await clock.advance(2 * MINUTE)
  const atFirst = asked.length
  t.ok(atFirst >= 5 && atFirst <= 8, `${atFirst} in two minutes`)
  await clock.advance(17 * MINUTE)
  t.ok(asked.length - atFirst <= 6, `${asked.length - atFirst} in seventeen minutes`)
})

t.test('an author who publishes meanwhile is left in peace for half a minute at most', async (t) => {
  const { clock, asked, replicator, connected } = replicatorBench(t, () => false)
  replicator.take(sealedOf('pack', author, 1, 0, 2))
  await clock.advance(20 * MINUTE)
  const before = asked.length
  replicator.heard(author)
  await clock.advance(MINUTE)
  t.equal(asked.length, before, 'not where it is heard over others alone')
  connected.add(author)
  await clock.advance(5 * MINUTE)
  const until = asked.length
  for (let seconds = 0; seconds < 120; seconds += 10) {
    replicator.heard(author)
    await clock.advance(10_000)
  }
  t.ok(asked.length - until >= 3, `${asked.length - until} in two minutes`)
  t.ok(asked.length - until <= 5, `${asked.length - until} in two minutes`)
})

t.test('what others have of a silent author comes, though they have not the newest', async (t) => {
  const { clock, asked, replicator, shelf, connect } = replicatorBench(t, (task, put) => {
    if (task.missing.from.seq !== 1) return false
    put.push(sealedOf('pack', author, 1, 1))
    task.onReadings(sealedOf('pack', author, 1, 1).readings, false)
    return false
  })
  connect(author)
  replicator.take(sealedOf('pack', author, 1, 0, 2, 4))
  connect(stranger)
  await clock.advance(MINUTE)
  t.ok(asked.includes('1.5-'), 'nobody has what comes after all')
  t.ok(asked.includes('1.3-3'), 'nor the newer gap')
  t.same(
    shelf.held(shelf.series()[0] ?? '')[0]?.ranges.flatMap(([seq]) => seq),
    [0, 1, 2, 4]
  )
})

t.test('an author who is silent for long delays no other', async (t) => {
  const { clock, asked, replicator } = replicatorBench(t, (task) =>
    task.series.startsWith(author) ? new Promise(() => undefined) : true
  )
  for (const peer of [author, other]) replicator.take(sealedOf('pack', peer, 1, 0, 2))
  await clock.advance(15_000)
  t.same(asked, ['1.1-1', '1.1-1'])
  replicator.take(sealedOf('pack', other, 1, 4))
  replicator.take(sealedOf('pack', author, 1, 4))
  await clock.advance(15_000)
  t.same(asked, ['1.1-1', '1.1-1', '1.3-3'], 'of the other, whose gap came meanwhile')
})

t.test('an author of whom much is missing leaves room for the others', async (t) => {
  const tasks: string[] = []
  const { clock, replicator } = replicatorBench(t, ({ series }) => {
    tasks.push(series.startsWith(author) ? 'author' : 'other')
    return true
  })
  replicator.take(sealedOf('pack', author, 1, ...Array.from({ length: 30 }, (_, i) => 2 * i)))
  replicator.take(sealedOf('pack', other, 1, 0, 2, 4))
  await clock.advance(10_000)
  t.same(
    tasks.toSorted(),
    [...Array<string>(6).fill('author'), 'other', 'other'],
    'of eight places, half of all'
  )
})

t.test('nobody has what comes after a series: of the others it is asked in another round', async (t) => {
  const { clock, asked, replicator, connect } = replicatorBench(t, () => false)
  for (let n = 0; n < 6; n++) replicator.take(ofSeries(n, 10 * n))
  replicator.take(ofSeries(6, 0, 2))
  connect(stranger)
  await clock.advance(10_000)
  t.same(asked, ['1.1-', '1.1-1'], 'one end, one gap')
  await clock.advance(10_000)
  t.same(asked.slice(2), ['1.11-', '1.1-1'], 'another end')
})

t.test('of an author of many series that is away, the gaps are asked for as well', async (t) => {
  const { clock, asked, replicator, connect } = replicatorBench(t, () => false)
  for (let n = 0; n < 20; n++) replicator.take(ofSeries(n, 10 * n))
  replicator.take(ofSeries(20, 200, 202))
  connect(stranger)
  await clock.advance(10_000)
  t.same(asked, ['1.1-', '1.201-201'])
})

t.test('what comes after is asked for again where the question could not be asked', async (t) => {
  let isBusy = true
  const { clock, asked, replicator, connect } = replicatorBench(t, () =>
    isBusy ? Promise.reject(new Error('too many gaps wait')) : true
  )
  replicator.take(sealedOf('pack', author, 1, 0))
  connect(author)
  await clock.advance(10_000)
  isBusy = false
  await clock.advance(10_000)
  t.same(asked, ['1.1-', '1.1-'])
})

t.test('who connects costs no look into history, and ends the rest of no other author', async (t) => {
  const { clock, asked, replicator, shelf, connect } = replicatorBench(t, () => false)
  replicator.take(sealedOf('pack', author, 1, 0, 2))
  while (asked.length < 8) await clock.advance(10_000)
  const before = asked.length
  shelf.reads = 0
  for (let i = 0; i < 100; i++) connect(stranger)
  t.equal(shelf.reads, 0)
  await clock.advance(10_000)
  t.equal(asked.length, before, 'the author rests')
  t.equal(shelf.reads, 1, 'what is held of it is not looked at')
})

t.test('an answer of many items is not compared with history at each of them', async (t) => {
  const stops: boolean[] = []
  const { clock, replicator, shelf } = replicatorBench(t, (task) => {
    shelf.reads = 0
    for (let seq = 1; seq <= 100; seq++) {
      task.onReadings(sealedOf('pack', author, 1, seq).readings, true)
      stops.push(task.shouldStop())
    }
    t.equal(shelf.reads, 0)
    return true
  })
  replicator.take(sealedOf('pack', author, 1, 0, 100))
  await clock.advance(10_000)
  t.equal(stops.indexOf(true), 98, 'with the last that is missing')
})

t.test('who was away may have gone on: its author is asked what came after', async (t) => {
  const { clock, asked, replicator, connected, connect } = replicatorBench(t, () => true)
  replicator.take(sealedOf('pack', author, 1, 0, 1))
  connected.add(author)
  connect(stranger)
  await clock.advance(30_000)
  t.same(asked, [], 'not while the author is here and says so itself')
  connect(author)
  await clock.advance(30_000)
  t.same(asked, ['1.2-'], 'once')
})

t.test('while the author is away, whoever comes is asked what came after', async (t) => {
  const { clock, asked, replicator, connected, connect } = replicatorBench(t, () => connected.has(author))
  replicator.take(sealedOf('pack', author, 1, 0, 1))
  connect(stranger)
  await clock.advance(10 * MINUTE)
  const before = asked.length
  t.ok(before >= 2 && before < 20, `${before} times, longer and longer apart`)
  connected.add(author)
  connect(author)
  await clock.advance(MINUTE)
  t.equal(asked.length, before + 1, 'until the author has answered')
})

t.test('while a question goes on, no looks gather behind it', async (t) => {
  let answered: (answer: boolean) => void = () => {}
  const { clock, asked, replicator } = replicatorBench(
    t,
    () =>
      new Promise((resolve) => {
        answered = resolve
      })
  )
  replicator.take(sealedOf('pack', author, 5, 0, 3, 6))
  await clock.advance(100_000)
  t.same(asked, ['5.4-5'], 'ten looks were due')
  answered(true)
  await clock.advance(0)
  t.same(asked, ['5.4-5', '5.1-2'], 'the first goes on')
  answered(true)
  await clock.advance(9_000)
  t.equal(asked.length, 2, 'no other waited behind it')
  await clock.advance(1_000)
  answered(true)
})

t.test('stopped, it asks nothing more', async (t) => {
  const { clock, asked, replicator } = replicatorBench(t, () => true)
  replicator.take(sealedOf('pack', author, 1, 0, 2))
  await replicator.stop()
  await clock.advance(60 * MINUTE)
  t.same(asked, [])
  t.equal(clock.pending, 0)
})
