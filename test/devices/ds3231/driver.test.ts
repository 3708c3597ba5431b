import t from 'tap'
import { hasStopped, time } from '../../../devices/ds3231/convert.ts'
import { ds3231 } from '../../../devices/ds3231/index.ts'
import { model, unsetModel } from '../../../devices/ds3231/model.ts'
import { statuses, times } from '../../../devices/ds3231/vectors.ts'
import { ClockBench, clockMatrix } from '../../support/hardware/clock-bench.ts'

t.test('the registers are read as the datasheet says', async (t) => {
  for (const { bytes, time: expected, source } of times) {
    const read = time(Buffer.from(bytes, 'hex'))
    t.equal(read, expected === undefined ? undefined : Date.parse(expected), `${bytes} (${source})`)
  }
  for (const { byte, stopped, source } of statuses)
    t.equal(hasStopped(Buffer.from(byte.padStart(32, '0'), 'hex')), stopped, `${byte} (${source})`)
})

t.test('the model shows the bytes of the datasheet', async (t) => {
  for (const { bytes, time: shown, source } of times) {
    if (shown === undefined) continue
    const bench = new ClockBench(ds3231, model, Date.parse(shown))
    // Bit 6 of the hours, written, turns the model to 12 hours; what it shows is its own.
    await bench.write(0x02, bytes.slice(4, 6))
    const registers = await bench.read(0, 7)
    t.equal(registers.slice(0, 6), bytes.slice(0, 6), source)
    t.equal(registers.slice(8), bytes.slice(8), source)
  }
})

t.test('the model powers on as the datasheet says', async (t) => {
  const bench = new ClockBench(ds3231, unsetModel)
  const expected = `${'00000007010100'}${'00'.repeat(7)}1c88`
  t.equal(await bench.read(0, 16), expected)
  await bench.clock.advance(61_000)
  t.equal((await bench.read(0, 3)).slice(0, 4), '0101', 'and runs')
})

t.test('the time of a clock that was never set is unknown until it is set', async (t) => {
  const bench = new ClockBench(ds3231, unsetModel)
  const source = await bench.open()
  t.same(await bench.status(source), { quality: 2, offset: 0 })
  await bench.write(0x0f, '88')
  t.same(await bench.status(source), { quality: 2, offset: 0 }, 'the flag is still set')
  await bench.write(0x00, '00307101170526')
  await bench.write(0x0f, '08')
  const { quality, offset } = await bench.status(source)
  t.equal(quality, 1)
  const expected = Date.UTC(2026, 4, 17, 23, 30, 1) - bench.clock.now()
  t.ok(Math.abs(offset - expected) <= 20, `${offset} for ${expected}`)
})

t.test('the model counts through the hours of both kinds and the century', async (t) => {
  const bench = new ClockBench(ds3231, model)
  await bench.write(0x00, '59597107311299')
  await bench.clock.advance(1000)
  t.equal(await bench.read(0, 7), '00005201018100')
  await bench.clock.advance(12 * 3_600_000)
  t.equal(await bench.read(2, 1), '72')
})

t.test('a time that jumps counts as unknown', async (t) => {
  const bench = new ClockBench(ds3231, model)
  const source = await bench.open()
  const asking = source.status()
  await bench.clock.advance(50)
  await bench.write(0x01, '45')
  await t.rejects(bench.clock.run(asking), { code: 'garbage', message: `${bench.label} jumped by 900 s` })
  t.equal((await bench.status(source)).quality, 1)
})

t.test('the flag raised while it is asked makes it unknown', async (t) => {
  let stopped = false
  const bench = new ClockBench(ds3231, (environment) => {
    const chip = model(environment)
    return {
      write: (sent) => chip.write(sent),
      read: (count) => {
        const bytes = chip.read(count)
        if (stopped) bytes[15] = 0x88
        return bytes
      }
    }
  })
  const asking = (await bench.open()).status()
  await bench.clock.advance(50)
  stopped = true
  t.same(await bench.clock.run(asking), { quality: 2, offset: 0 })
})

t.test('another chip is not taken for a clock', async (t) => {
  const bench = new ClockBench(ds3231, () => ({
    write() {},
    read: (count) => new Uint8Array(count).fill(0x68)
  }))
  await t.rejects(bench.open(), {
    code: 'garbage',
    message: `${bench.label} reads ${'68'.repeat(16)} where date and time should be`
  })
})

clockMatrix(t, ds3231, model)
