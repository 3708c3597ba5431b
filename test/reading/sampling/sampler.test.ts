import t from 'tap'
import { BusError } from '../../../src/hal/i2c.ts'
import type { Sensor } from '../../../src/hal/sensor.ts'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { type Log, silentLog } from '../../../src/log.ts'
import { quantityTable } from '../../../src/reading/quantity.ts'
import type { Sample } from '../../../src/reading/reading.ts'
import { Sampler, type SamplerInit } from '../../../src/reading/sampling/sampler.ts'
import { LossyClock } from '../../support/lossy-clock.ts'

function bench(sample: Sensor['sample'], changes: Partial<SamplerInit> = {}) {
  const clock = new VirtualClock()
  const samples: Sample[] = []
  const opened: number[] = []
  const sampler = new Sampler({
    name: 'air',
    interval: 1000,
    phase: 250,
    deadline: 800,
    retryMin: 1000,
    retryMax: 8000,
    changeSpacing: 100,
    measures: [{ quantity: 'temperature', range: [-55, 128] }],
    together: true,
    quantities: quantityTable(),
    clock,
    log: silentLog,
    open: () => {
      opened.push(clock.monotonic())
      return Promise.resolve({ sample, close: () => Promise.resolve() })
    },
    emit: (one) => void samples.push(one),
    ...changes
  })
  return { clock, samples, opened, sampler }
}

const temperature = (value: number) => Promise.resolve([{ quantity: 'temperature', value }])

t.test('a fault of one measure among others is logged once, and its end', async (t) => {
  const lines: string[] = []
  const log: Log = {
    ...silentLog,
    info: (message) => void lines.push(message),
    warn: (message, fields) => void lines.push(`${message} (${fields?.['code']})`)
  }
  let reading: Awaited<ReturnType<Sensor['sample']>> = []
  const { clock, sampler } = bench(() => Promise.resolve(reading), {
    measures: [{ quantity: 'temperature', range: [-55, 128] }, { quantity: 'humidity' }],
    together: false,
    log
  })
  sampler.start()
  const sampled = async (temperature: number | Error): Promise<void> => {
    const one = temperature instanceof Error ? { fault: temperature } : { value: temperature }
    reading = [
      { quantity: 'temperature', ...one },
      { quantity: 'humidity', value: 50 }
    ]
    await clock.advance(2000)
  }
  await sampled(21)
  await sampled(200)
  await sampled(new Error('no reference'))
  await sampled(21)
  await sampler.stop()
  t.same(lines, [
    'air: air/temperature is 200.00 °C, outside of -55.00 °C to 128.00 °C (out-of-range)',
    'air: no reference (error)',
    'air/temperature is read again'
  ])
})

t.test('keeps time, without drift and from its phase on', async (t) => {
  const { clock, samples, sampler } = bench(() => temperature(21))
  sampler.start()
  await clock.advance(3_600_000)
  await sampler.stop()
  t.equal(samples.length, 3600)
  t.ok(samples.every((one, i) => one.at === 250 + i * 1000))
  t.match(samples[0], { device: 'air', quantity: 'temperature', value: 21, interval: 1 })
  t.equal(clock.pending, 0, 'every timer is released')
})

t.test(
  'a sample that took longer than its interval has no earlier time than the fault emitted meanwhile',
  async (t) => {
    let calls = 0
    const { clock, samples, sampler } = bench(
      async () => {
        calls += 1
        if (calls === 1) throw new BusError('no-acknowledge', '0x48 on i2c-1 does not acknowledge')
        await clock.sleep(1500)
        return [{ quantity: 'temperature', value: 1 }]
      },
      { deadline: 5000 }
    )
    sampler.start()
    await clock.advance(3000)
    await sampler.stop()
    t.same(
      samples.map(({ at, fault }) => [at, fault === undefined ? 'value' : 'fault']),
      [
        [250, 'fault'],
        [2250, 'fault'],
        [2250, 'value']
      ]
    )
  }
)

t.test('a slow sensor skips, and never overlaps itself', async (t) => {
  let running = 0
  const { clock, samples, sampler } = bench(
    async () => {
      t.equal(++running, 1)
      await clock.sleep(1500)
      running--
      return [{ quantity: 'temperature', value: 1 }]
    },
    { deadline: 5000 }
  )
  sampler.start()
  await clock.advance(10_000)
  t.same(
    samples.map((one) => one.at),
    [250, 2250, 4250, 6250, 8250].slice(0, samples.length)
  )
  t.ok(samples.length >= 4)
  const stopped = sampler.stop()
  await clock.advance(2000)
  await stopped
})

t.test('a sensor that never answers is a fault at its deadline', async (t) => {
  const { clock, samples, sampler } = bench(() => new Promise(() => {}))
  sampler.start()
  await clock.advance(2000)
  t.match(samples[0], { fault: { code: 'deadline', text: /sampling air/ } })
  await sampler.stop()
})

for (const [value, code] of [
  [Number.NaN, 'out-of-range'],
  [Number.POSITIVE_INFINITY, 'out-of-range'],
  [200, 'out-of-range']
] as const) {
  t.test(`${value} is a fault, never a number`, async (t) => {
    const { clock, samples, sampler } = bench(() => temperature(value))
    sampler.start()
    await clock.advance(1000)
    t.match(samples, [{ fault: { code } }])
    t.notOk('value' in (samples[0] ?? {}))
    await sampler.stop()
  })
}

t.test('a measure that is missing is a fault of its own', async (t) => {
  const measures = [{ quantity: 'temperature' }, { quantity: 'voltage', channel: 'a0' }]
  const { clock, samples, sampler } = bench(() => temperature(21), { measures })
  sampler.start()
  await clock.advance(1000)
  t.match(samples, [{ value: 21 }, { quantity: 'voltage', channel: 'a0', fault: { code: 'no-value' } }])
  await sampler.stop()
})

t.test(
  'an absent sensor is a fault at every interval, looked for with growing waits, and heals',
  async (t) => {
    const gone = new BusError('no-acknowledge', 'tmp102 at 0x48 on i2c-1 does not acknowledge')
    let present = false
    const { clock, samples, opened, sampler } = bench(() => temperature(21), {
      open: () => {
        opened.push(clock.monotonic())
        return present
          ? Promise.resolve({ sample: () => temperature(21), close: async () => {} })
          : Promise.reject(gone)
      }
    })
    sampler.start()
    await clock.advance(30_000)
    t.equal(samples.length, 30)
    t.ok(samples.every((one) => one.fault?.code === 'no-acknowledge' && /0x48 on i2c-1/.test(one.fault.text)))
    t.ok(opened.length <= 8, `${opened.length} looks in 30 s`)
    present = true
    await clock.advance(9000)
    t.equal(samples.at(-1)?.value, 21)
    await sampler.stop()
  }
)

t.test('a sensor that fails is opened anew after two failures', async (t) => {
  let failing = true
  const { clock, samples, opened, sampler } = bench(() =>
    failing ? Promise.reject(new Error('bad crc')) : temperature(3)
  )
  sampler.start()
  await clock.advance(2000)
  t.equal(opened.length, 1)
  failing = false
  await clock.advance(10_000)
  t.equal(opened.length, 2)
  t.equal(samples.at(-1)?.value, 3)
  await sampler.stop()
})

t.test('one slow sensor never delays another', async (t) => {
  const clock = new VirtualClock()
  const slow = bench(() => new Promise(() => {}), { clock })
  const quick = bench(() => temperature(1), { clock })
  slow.sampler.start()
  quick.sampler.start()
  await clock.advance(10_000)
  t.equal(quick.samples.length, 10)
  await Promise.all([slow.sampler.stop(), quick.sampler.stop()])
})

t.test('what was opened too late is closed again', async (t) => {
  let closed = 0
  const { clock, sampler } = bench(() => temperature(1), {
    open: async () => {
      await clock.sleep(5000)
      return { sample: () => temperature(1), close: async () => void closed++ }
    }
  })
  sampler.start()
  await clock.advance(2000)
  await sampler.stop()
  await clock.advance(10_000)
  t.ok(closed >= 1)
})

t.test('only a sampler without an outcome in three intervals is stalled', async (t) => {
  const clock = new LossyClock()
  const { sampler } = bench(() => new Promise(() => {}), { clock })
  sampler.start()
  const stalled: boolean[] = []
  const look = async (ms: number): Promise<void> => {
    for (let at = 0; at < ms; at += 500) {
      await clock.advance(500)
      stalled.push(sampler.isStalled)
    }
  }
  await look(60_000)
  t.notOk(stalled.includes(true), 'a sensor that never answers is a fault, not a stall')
  clock.lost = true
  await look(4_000)
  t.equal(stalled.at(-1), true)
  await sampler.stop()
})
