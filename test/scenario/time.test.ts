import t from 'tap'
import type { HistoryRow } from '../../src/node/api/reading-rows.ts'
import { houseFor } from '../support/scenario/house.ts'

t.test('a clock that becomes known ends the run; unknown times become estimates at the reader', async (t) => {
  const house = houseFor(t)
  const hall = await house.start('hall', { gauges: ['air'], timeQuality: 2 })
  const reader = await house.start('reader', { config: 'store: [{ claimed: hall }]' })
  await house.link(reader, hall)
  const series = hall.series('air')
  await house.until(() => reader.history(series).length >= 5)
  const before = reader.history(series)
  for (const { time, quality } of before) t.strictSame([time, quality], [null, 2], 'nobody publishes 1970')
  const unknownRun = hall.running.assembled.sensing.author().run

  hall.world?.time.set({ quality: 0, errorBound: 0.01, offset: 0 })
  await house.until(() => hall.running.assembled.sensing.author().run.boot !== unknownRun.boot)
  t.ok(hall.running.assembled.sensing.author().run.epoch > unknownRun.epoch)
  await house.until(() => (reader.history(series).at(-1)?.quality ?? 2) === 0)
  await house.until(() => reader.history(series).every(({ time }) => time !== null))

  const readings = reader.history(series)
  const now = house.clock.now() / 1000
  const estimated = readings.filter(({ position }) => position.boot === unknownRun.boot)
  t.ok(estimated.length >= before.length)
  for (const { time, quality } of estimated) {
    t.equal(quality, 1)
    t.ok(time !== null && Math.abs(now - time) < 3600, 'near the truth')
  }
  const times = readings.map(({ time }) => time ?? 0)
  t.strictSame(
    times,
    times.toSorted((a, b) => a - b),
    'in the order of their positions'
  )
  const values = readings.map(({ value }) => Number(value))
  t.strictSame(
    values,
    values.map((_, i) => (values[0] ?? 0) + i),
    'each once'
  )
})

t.test('a clock that jumps reorders nothing', async (t) => {
  const house = houseFor(t)
  const hall = await house.start('hall', { gauges: ['air'] })
  const reader = await house.start('reader', { config: 'store: [{ claimed: hall }]' })
  await house.link(reader, hall)
  const series = hall.series('air')
  await house.until(() => reader.history(series).length >= 3)
  house.clock.step(-60_000)
  await house.until(() => reader.history(series).length >= 8)
  const values = reader.history(series).map(({ value }) => Number(value))
  t.strictSame(
    values,
    values.map((_, i) => (values[0] ?? 0) + i)
  )
})

t.test('history of a node whose clock was never known: by run, with the time since its start', async (t) => {
  const house = houseFor(t)
  const hall = await house.start('hall', { gauges: ['air'], timeQuality: 2 })
  const desk = await house.start('desk')
  await house.link(desk, hall)
  await house.pass(10_000)
  const since = house.clock.now() / 1000 - 86_400
  const rowsOf = async (node: typeof hall): Promise<HistoryRow[]> => {
    const rows: HistoryRow[] = []
    const request = { who: hall.peer, what: 'air', since }
    const signal = new AbortController().signal
    const read = async (): Promise<void> => {
      for await (const row of node.operations.history(request, signal)) rows.push(row)
    }
    await house.while(read())
    return rows
  }
  for (const node of [hall, desk]) {
    const rows = await rowsOf(node)
    t.ok(rows.length >= 9, `${rows.length} rows`)
    const times = rows.map((row) => ('position' in row ? (row.sinceStart ?? Number.NaN) : Number.NaN))
    t.ok(times.every((time, i) => i === 0 || time > (times[i - 1] ?? Number.NaN)))
  }
})
