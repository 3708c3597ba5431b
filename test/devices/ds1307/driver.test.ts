import t from 'tap'
import { hasStopped, time } from '../../../devices/ds1307/convert.ts'
import { ds1307, ds1338 } from '../../../devices/ds1307/index.ts'
import {
  ds1307Model,
  ds1338Model,
  unsetDs1307Model,
  unsetDs1338Model
} from '../../../devices/ds1307/model.ts'
import { times } from '../../../devices/ds1307/vectors.ts'
import { ClockBench, clockMatrix } from '../../support/hardware/clock-bench.ts'

t.test('the registers are read as the datasheets say', async (t) => {
  for (const { bytes, time: expected, source } of times) {
    const registers = Buffer.from(bytes, 'hex')
    t.equal(hasStopped(registers), expected === 'stopped', `${bytes} (${source})`)
    if (expected === 'stopped') continue
    t.equal(
      time(registers),
      expected === undefined ? undefined : Date.parse(expected),
      `${bytes} (${source})`
    )
  }
})

t.test('the model shows the bytes of the datasheet', async (t) => {
  for (const { bytes, time: shown, source } of times) {
    if (shown === undefined || shown === 'stopped') continue
    const bench = new ClockBench(ds1307, ds1307Model, Date.parse(shown))
    await bench.write(0x02, bytes.slice(4, 6))
    const registers = await bench.read(0, 7)
    t.equal(registers.slice(0, 6), bytes.slice(0, 6), source)
    t.equal(registers.slice(8), bytes.slice(8, 14), source)
  }
})

t.test('a ds1307 is halted until it is set', async (t) => {
  const bench = new ClockBench(ds1307, unsetDs1307Model)
  t.equal(await bench.read(0, 8), '8000000101010003')
  await bench.clock.advance(5000)
  t.equal(await bench.read(0, 1), '80')
  const source = await bench.open()
  t.same(await bench.status(source), { quality: 2, offset: 0 })
  await bench.write(0x00, '00300901170526b0')
  t.equal(await bench.read(0x07, 1), '90', 'there is no stop flag')
  t.equal((await bench.status(source)).quality, 1)
})

t.test('the time of a ds1338 counts as known when it runs and its flag is cleared', async (t) => {
  const bench = new ClockBench(ds1338, unsetDs1338Model)
  t.equal(await bench.read(0, 8), '80000001010100b3')
  const source = await bench.open()
  t.same(await bench.status(source), { quality: 2, offset: 0 }, 'halted')
  await bench.write(0x00, '00300901170526')
  t.same(await bench.status(source), { quality: 2, offset: 0 }, 'it had stopped')
  await bench.write(0x07, '00')
  t.equal((await bench.status(source)).quality, 1)
  await bench.write(0x07, '20')
  t.equal((await bench.status(source)).quality, 1, 'the flag cannot be set')
})

t.test('the models keep memory behind the clock', async (t) => {
  const bench = new ClockBench(ds1307, ds1307Model)
  await bench.write(0x3e, 'aabb')
  t.equal((await bench.read(0x3e, 4)).slice(0, 4), 'aabb')
})

t.test('ds1307', async (t) => clockMatrix(t, ds1307, ds1307Model))
t.test('ds1338', async (t) => clockMatrix(t, ds1338, ds1338Model))
