import t from 'tap'
import { unsetModel } from '../../../devices/ds3231/model.ts'
import { clockChips } from '../../../devices/index.ts'
import { chipModels } from '../../../devices/models.ts'
import { loadConfig } from '../../../src/config/load.ts'
import type { ChipModelFactory } from '../../../src/hal/simulated/model.ts'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { simulatedWorld } from '../../../src/hal/simulated/world.ts'
import { silentLog } from '../../../src/log.ts'
import { batteryClock } from '../../../src/node/time/battery-clock.ts'
import { Timekeeper } from '../../../src/node/time/timekeeper.ts'

const HOUR = 3_600_000
const PLACE = { bus: 'i2c-1', address: 0x68 }

function configOf(text: string) {
  return loadConfig({ text, devices: [], clocks: clockChips }).config.time
}

/** A machine that does not know the time, whose clock chip does. */
function bench(
  model: ChipModelFactory | undefined = chipModels['ds3231'],
  text = 'time: {rtc: {type: ds3231}}'
) {
  const clock = new VirtualClock()
  const world = simulatedWorld({ clock, timeQuality: 2 })
  if (model !== undefined) world.attach(PLACE.bus, PLACE.address, model)
  const stopping = new AbortController()
  const rtc = batteryClock({
    config: configOf(text).rtc,
    clocks: clockChips,
    world,
    signal: stopping.signal
  })
  const times = { period: 30_000, deadline: 10_000 }
  const timekeeper = new Timekeeper({ clock, log: silentLog, ...times, sources: [world.time, ...rtc] })
  return { clock, world, rtc, timekeeper, stopping }
}

t.test('where the kernel does not know, the time of the clock chip is used', async (t) => {
  const { clock, timekeeper, world } = bench()
  clock.step(-20 * 365 * 24 * HOUR)
  await clock.run(timekeeper.check())
  t.equal(timekeeper.status().quality, 1)
  t.ok(Math.abs((timekeeper.now() ?? 0) - Date.UTC(2026, 0, 1) / 1000) < 5, `${timekeeper.now()}`)
  world.time.set({ quality: 0, offset: 0 })
  await timekeeper.check()
  t.equal(timekeeper.status().offset, 0, 'the kernel goes before it')
})

t.test('an absent one is opened again at each check', async (t) => {
  const { clock, timekeeper, world } = bench()
  world.faults.set(PLACE.bus, PLACE.address, 'unplugged')
  const started = timekeeper.start()
  await clock.run(started)
  t.equal(timekeeper.status().quality, 2)
  world.faults.clear(PLACE.bus, PLACE.address)
  await clock.advance(35_000)
  t.equal(timekeeper.status().quality, 1)
  world.faults.set(PLACE.bus, PLACE.address, 'stuck-high')
  await clock.advance(35_000)
  t.equal(timekeeper.status().quality, 2, 'and nothing is believed of a broken one')
  timekeeper.stop()
})

t.test('the time of a clock that was never set is unknown', async (t) => {
  const { clock, timekeeper } = bench(unsetModel)
  await clock.run(timekeeper.check())
  t.equal(timekeeper.status().quality, 2)
})

t.test('none where none is configured; the end of the node ends it', async (t) => {
  t.same(bench(undefined, '').rtc, [])
  const { rtc, stopping, clock } = bench()
  stopping.abort(new Error('the node stops'))
  await t.rejects(clock.run(Promise.all(rtc.map((source) => source.status()))), { message: 'the node stops' })
  const config = { ...configOf('').rtc, type: 'sundial' }
  const { signal } = new AbortController()
  t.throws(() => batteryClock({ config, clocks: clockChips, world: simulatedWorld(), signal }), {
    code: 'unknown-device',
    message: 'time.rtc: no clock chip is called sundial'
  })
})

t.test('the configuration names it', async (t) => {
  t.match(configOf('time: {rtc: {type: ds1307, bus: i2c-3}}').rtc, {
    type: 'ds1307',
    bus: 'i2c-3',
    address: 0x68
  })
  for (const [text, expected] of [
    [
      'time: {rtc: {type: ds3232}}',
      /time\.rtc\.type: "ds3232" is not one of none, ds1307, ds1338, ds3231\n.*ds3231\?/
    ],
    ['time: {rtc: {type: ds3231, bus: attic}}', /time\.rtc\.bus: "attic" is not an I2C bus/],
    [
      'time: {rtc: {type: ds3231, address: 0x51}}',
      /time\.rtc\.address: 0x51 is not an address of a clock chip/
    ]
  ] as const)
    t.throws(() => configOf(text), { message: expected })
})

t.test('a bus that hangs is asked once, however often it is checked', async (t) => {
  let opened = 0
  const hang = (): Promise<never> => {
    opened += 1
    return new Promise(() => {})
  }
  const { clock, world, stopping } = bench()
  const buses = { list: () => world.buses.list(), open: hang } as unknown as typeof world.buses
  const { rtc: config } = configOf('time: {rtc: {type: ds3231}}')
  const [rtc] = batteryClock({ config, clocks: clockChips, world: { clock, buses }, signal: stopping.signal })
  void rtc?.status()
  void rtc?.status()
  t.equal(opened, 1)
})
