import t from 'tap'
import { pulse } from '../../../devices/pulse/index.ts'
import { model } from '../../../devices/pulse/model.ts'
import { RateMeter } from '../../../devices/pulse/rate.ts'
import { volatileState } from '../../../src/hal/device-state.ts'
import { CharacterPins } from '../../../src/hal/linux/gpio/character-pins.ts'
import { SimulatedSysfs } from '../../../src/hal/simulated/sysfs.ts'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { simulatedWorld } from '../../../src/hal/simulated/world.ts'
import { FakeGpioKernel } from '../../support/fakes/gpio-kernel.ts'
import { GpioBench, LINE, lineFaults } from '../../support/hardware/gpio-bench.ts'
import { defaultOptions } from '../../support/hardware/sensor-bench.ts'

const CHIP = '/dev/gpiochip0'

/** The driver over the character device, whose reader runs when it is let. */
async function kernelBench(options: Record<string, string | number> = {}) {
  const clock = new VirtualClock()
  const kernel = new FakeGpioKernel(clock, { gpiochip0: { label: 'pinctrl-rp1', lines: 54 } })
  const pins = new CharacterPins({ clock, sysfs: new SimulatedSysfs(), kernel })
  const signal = new AbortController().signal
  const context = { clock, name: 'rain', signal, state: volatileState() }
  const sensor = await pulse.open(pins, 'GPIO17', { ...defaultOptions(pulse), ...options }, context)
  const pulses = (count: number): void => {
    for (let i = 0; i < count; i++) {
      kernel.drive(CHIP, 17, 0, false)
      kernel.drive(CHIP, 17, 1, false)
    }
  }
  const count = async (): Promise<unknown> => {
    const [first] = await sensor.sample(signal)
    return first !== undefined && 'value' in first ? first.value : first
  }
  return { clock, kernel, sensor, signal, pulses, count }
}

t.test('counts the edge that is asked for', async (t) => {
  for (const edge of ['falling', 'rising']) {
    const bench = new GpioBench(pulse, { edge })
    const sensor = await bench.open()
    bench.drive(0, 1, 0, 1, 0)
    t.equal(await bench.value(sensor, 'count'), edge === 'falling' ? 3 : 2)
  }
})

t.test('five thousand a second, read when there is time: none is lost, none is counted twice', async (t) => {
  const { clock, kernel, pulses, count } = await kernelBench()
  let total = 0
  for (let second = 0; second < 60; second++) {
    // 5000 a second, read every 100 ms.
    for (let tenth = 0; tenth < 10; tenth++) {
      pulses(500)
      total += 500
      await clock.advance(100)
      kernel.settle(CHIP, 17)
    }
  }
  t.equal(await count(), total)
})

t.test(
  'a stall in which the kernel had no room costs nothing: the numbers show how many there were',
  async (t) => {
    const { clock, kernel, pulses, count } = await kernelBench()
    pulses(10)
    kernel.settle(CHIP, 17)
    pulses(7777)
    await clock.advance(2000)
    kernel.settle(CHIP, 17)
    t.equal(await count(), 7787)
    const early = await kernelBench()
    early.pulses(3000)
    early.kernel.settle(CHIP, 17)
    t.equal(await early.count(), 3000, 'nor before the first that is read')
  }
)

t.test('the numbers of edges begin again after 2^32', async (t) => {
  const { kernel, pulses, count } = await kernelBench()
  pulses(1)
  kernel.settle(CHIP, 17)
  const before = Number(await count())
  kernel.line(CHIP, 17).sequence = 2 ** 32 - 2
  // Brought near the end: what lies between counts as missed.
  pulses(1)
  kernel.settle(CHIP, 17)
  const near = Number(await count())
  t.equal(near - before, 2 ** 32 - 2)
  kernel.line(CHIP, 17).sequence = -1
  pulses(3)
  kernel.settle(CHIP, 17)
  t.equal(Number(await count()) - near, 3)
})

t.test('a reed contact is debounced, and what was lost then is said once', async (t) => {
  const { clock, kernel, sensor, signal, count } = await kernelBench({ debounce: 10 })
  const tip = async (): Promise<void> => {
    for (const [level, ms] of [
      [0, 1],
      [1, 1],
      [0, 60],
      [1, 2],
      [0, 1],
      [1, 200]
    ] as const) {
      kernel.drive(CHIP, 17, level)
      await clock.advance(ms)
    }
  }
  for (let i = 0; i < 20; i++) await tip()
  t.equal(await count(), 20)
  for (let i = 0; i < 700; i++) {
    kernel.drive(CHIP, 17, 0, false)
    kernel.drive(CHIP, 17, 1, false)
  }
  kernel.settle(CHIP, 17)
  await t.rejects(sensor.sample(signal), {
    code: 'lost-edges',
    message: 'pulse on GPIO17 lost 376 edges: the count may be too small by 188'
  })
  await clock.advance(100)
  await tip()
  t.equal(await count(), 21, 'counting goes on')
})

t.test('a line that holds no level for the debounce time is a fault', async (t) => {
  const bench = new GpioBench(pulse, { debounce: 20 })
  const sensor = await bench.open()
  for (let i = 0; i < 400; i++) {
    bench.drive(0, 1)
    await bench.clock.advance(5)
  }
  await t.rejects(bench.sample(sensor), { code: 'unstable', message: /GPIO17/ })
  await bench.clock.advance(50)
  t.equal(await bench.value(sensor, 'count'), 0)
})

t.test('the level that is found is no pulse', async (t) => {
  for (const debounce of [0, 10]) {
    const bench = new GpioBench(pulse, { debounce })
    bench.drive(0)
    const sensor = await bench.open()
    await bench.clock.advance(100)
    t.equal(await bench.value(sensor, 'count'), 0)
  }
})

t.test('the total goes on where the memory has it', async (t) => {
  const bench = new GpioBench(pulse)
  bench.state.set('count', 1_000_000)
  const sensor = await bench.open()
  t.equal(await bench.value(sensor, 'count'), 1_000_000)
  bench.drive(1, 0, 1, 0)
  t.equal(bench.state.get('count'), 1_000_002, 'kept at once')
  await sensor.close()
  bench.drive(1, 0)
  const again = await bench.open()
  t.equal(await bench.value(again, 'count'), 1_000_002, 'nobody watched meanwhile, nothing is guessed')
  await again.close()
})

t.test('pulses cannot be counted where edges have no number', async (t) => {
  const bench = new GpioBench(pulse)
  let asked: unknown
  const pins = {
    output: async () => Promise.reject(new Error('never')),
    close: async () => {},
    input: async (_line: string, options: unknown) => {
      asked = options
      throw new Error('asked')
    }
  }
  const context = {
    clock: bench.clock,
    name: 'rain',
    signal: new AbortController().signal,
    state: volatileState()
  }
  await t.rejects(pulse.open(pins, LINE, defaultOptions(pulse), context), { message: 'asked' })
  t.match(asked, { numbered: true, edge: 'falling', bias: 'pull-up' })
})

t.test('the rate is that of the pulses, not of the looks', async (t) => {
  const bench = new GpioBench(pulse)
  const sensor = await bench.open()
  t.equal(await bench.value(sensor, 'rate'), 0)
  const run = async (count: number, period: number): Promise<void> => {
    for (let i = 0; i < count; i++) {
      bench.drive(1, 0)
      await bench.clock.advance(period)
    }
  }
  await run(50, 20)
  t.equal(Math.round(Number(await bench.value(sensor, 'rate')) * 100) / 100, 50)
  await run(3, 700)
  await bench.value(sensor, 'rate')
  await run(3, 700)
  t.equal(Number(await bench.value(sensor, 'rate')).toFixed(4), (1 / 0.7).toFixed(4))
  await bench.clock.advance(9300)
  t.equal(Number(await bench.value(sensor, 'rate')).toFixed(4), '0.1000', 'no more than one in 10 s')
  await bench.clock.advance(300_000)
  t.equal(await bench.value(sensor, 'rate'), 0)
})

t.test('rates', async (t) => {
  const rows: readonly (readonly [
    what: string,
    looks: readonly (readonly [
      count: number,
      first: number | undefined,
      last: number | undefined,
      now: number
    ])[],
    rate: number
  ])[] = [
    ['nothing yet', [[0, undefined, undefined, 10_000]], 0],
    ['the first of all gives none', [[1, 5000, 5000, 10_000]], 0],
    ['two give one', [[2, 5000, 7000, 10_000]], 0.5],
    [
      'a meter of one in 36 s, looked at every 10 s',
      [
        [1, 5000, 5000, 10_000],
        [0, undefined, undefined, 20_000],
        [1, 41_000, 41_000, 50_000]
      ],
      1 / 36
    ],
    [
      'it falls while nothing comes',
      [
        [2, 5000, 7000, 10_000],
        [0, undefined, undefined, 17_000]
      ],
      0.1
    ],
    [
      'but never rises',
      [
        [2, 1000, 9000, 10_000],
        [0, undefined, undefined, 10_500]
      ],
      0.125
    ],
    [
      'and is none after a while',
      [
        [2, 5000, 7000, 10_000],
        [0, undefined, undefined, 70_000]
      ],
      0
    ],
    [
      'after a standstill it begins anew',
      [
        [2, 5000, 7000, 10_000],
        [3, 100_000, 104_000, 105_000]
      ],
      0.5
    ],
    ['all at one instant give none', [[5, 5000, 5000, 10_000]], 0]
  ]
  for (const [what, looks, rate] of rows) {
    const meter = new RateMeter(60_000)
    const reported = looks.map(([count, first, last, now]) => meter.next({ count, first, last }, now))
    t.equal(reported.at(-1), rate, what)
  }
})

t.test('the simulated meter turns', async (t) => {
  const clock = new VirtualClock()
  const world = simulatedWorld({
    clock,
    wired: [{ line: LINE, type: 'pulse' }],
    lineModels: { pulse: model }
  })
  const context = { clock, name: 'water', signal: new AbortController().signal, state: volatileState() }
  const sensor = await pulse.open(world.pins, LINE, { ...defaultOptions(pulse), debounce: 10 }, context)
  await clock.advance(600_000)
  const [count] = await sensor.sample(context.signal)
  t.ok(count !== undefined && 'value' in count && Number(count.value) > 60 && Number(count.value) < 2000)
  await world.close()
  await sensor.close()
  t.equal(clock.pending, 0)
})

lineFaults(t, pulse)
lineFaults(t, pulse, { debounce: 10 })
