import t from 'tap'
import type { Measurement, Sensor } from '../../../src/hal/sensor.ts'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { silentLog } from '../../../src/log.ts'
import { quantityTable } from '../../../src/reading/quantity.ts'
import type { Sample } from '../../../src/reading/reading.ts'
import { Sampler } from '../../../src/reading/sampling/sampler.ts'

/** A contact whose state the test sets, and which reports it when the test says so. */
class Door implements Sensor {
  isOpen = false
  failure: Error | undefined
  /** Milliseconds that a sample takes. */
  takes = 0
  listeners: ((changed: readonly Measurement[], at: number) => void)[] = []
  readonly #clock: VirtualClock

  constructor(clock: VirtualClock) {
    this.#clock = clock
  }

  report(isOpen: boolean, at = this.#clock.monotonic()): void {
    this.isOpen = isOpen
    for (const listener of this.listeners) listener(this.#value(), at)
  }

  onChange(listener: (changed: readonly Measurement[], at: number) => void): void {
    this.listeners = [listener]
  }

  async sample(signal: AbortSignal): Promise<readonly Measurement[]> {
    if (this.takes > 0) await this.#clock.sleep(this.takes, signal)
    if (this.failure !== undefined) throw this.failure
    return this.#value()
  }

  async close(): Promise<void> {}

  #value(): readonly Measurement[] {
    return [{ quantity: 'contact', value: this.isOpen }]
  }
}

function bench() {
  const clock = new VirtualClock()
  const door = new Door(clock)
  const samples: Sample[] = []
  const sampler = new Sampler({
    name: 'door',
    interval: 10_000,
    phase: 0,
    deadline: 5000,
    retryMin: 1000,
    retryMax: 8000,
    changeSpacing: 100,
    measures: [{ quantity: 'contact' }, { quantity: 'count' }],
    together: false,
    quantities: quantityTable(),
    clock,
    log: silentLog,
    open: async () => door,
    emit: (sample) => void samples.push(sample)
  })
  const emitted = (from = 0): [number, unknown][] =>
    samples
      .filter(({ quantity, at }) => quantity === 'contact' && at >= from)
      .map(({ at, value, fault }) => [at, value ?? fault?.code])
  return { clock, door, sampler, samples, emitted }
}

t.test('a change is emitted at once, with its own time, and of what changed alone', async (t) => {
  const { clock, door, sampler, samples, emitted } = bench()
  sampler.start()
  await clock.advance(3000)
  samples.length = 0
  door.report(true, 2980)
  t.same(samples, [{ device: 'door', quantity: 'contact', at: 2980, interval: 10, value: true }])
  await clock.advance(7000)
  t.same(emitted().at(-1), [10_000, true], 'samples go on as before')
  await sampler.stop()
  t.equal(clock.pending, 0)
})

t.test(
  'changes that come faster than allowed: the newest is emitted at the end of the spacing',
  async (t) => {
    const { clock, door, sampler, emitted } = bench()
    sampler.start()
    await clock.advance(1000)
    for (let i = 1; i <= 25; i++) {
      door.report(i % 2 === 1)
      await clock.advance(10)
    }
    await clock.advance(500)
    t.same(emitted(1000), [
      [1000, true],
      [1090, false],
      [1190, false],
      [1240, true]
    ])
    await sampler.stop()
  }
)

t.test('a flood of changes is bounded', async (t) => {
  const { clock, door, sampler, emitted } = bench()
  sampler.start()
  await clock.advance(100)
  for (let i = 0; i < 5000; i++) {
    door.report(i % 2 === 0)
    await clock.advance(1)
    if (clock.pending > 4) t.fail(`${clock.pending} timers`)
  }
  t.ok(emitted(100).length <= 52, `${emitted(100).length} in 5 s`)
  await sampler.stop()
})

t.test('no sample has an earlier time than a change before it', async (t) => {
  const { clock, door, sampler, emitted } = bench()
  sampler.start()
  await clock.advance(5000)
  door.report(true)
  await clock.advance(4980)
  door.report(false)
  door.report(true, 9985)
  await clock.advance(20)
  t.same(
    emitted(5000).slice(1),
    [
      [9980, false],
      [9985, true],
      [10_000, true]
    ],
    'what waited is emitted before the sample'
  )
  door.takes = 500
  await clock.advance(10_200)
  door.report(false)
  await clock.advance(1000)
  t.same(emitted(20_000), [
    [20_200, false],
    [20_200, false]
  ])
  await sampler.stop()
})

t.test('a change ends a fault; after the end nothing is emitted', async (t) => {
  const { clock, door, sampler, emitted } = bench()
  sampler.start()
  await clock.advance(1000)
  door.failure = Object.assign(new Error('it holds no level'), { code: 'unstable' })
  await clock.advance(9500)
  t.same(emitted().at(-1), [10_000, 'unstable'])
  door.report(true)
  t.same(emitted().at(-1), [10_500, true])
  door.report(false)
  await sampler.stop()
  const before = emitted().length
  await clock.advance(1000)
  t.equal(emitted().length, before)
})
