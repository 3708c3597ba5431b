import t from 'tap'
import { SensorError } from '../../src/hal/sensor-error.ts'
import type { SeriesView } from '../../src/node/api/operations.ts'
import { houseFor } from '../support/scenario/house.ts'

t.test(
  'a sensor that is pulled out is a fault within two intervals where it is watched, and comes back',
  async (t) => {
    const house = houseFor(t)
    const hall = await house.start('hall', { gauges: ['air'] })
    const desk = await house.start('desk')
    await house.link(desk, hall)
    const end = new AbortController()
    let last: SeriesView | undefined
    const states: string[] = []
    const watching = (async () => {
      for await (const view of desk.operations.watch({ who: ['hall'] }, end.signal)) {
        last = view
        states.push(view.state)
      }
    })()
    await house.until(() => last?.state === 'value')
    const gauge = hall.gauge('air')

    gauge.failure = new SensorError('not-ready', 'gauge air does not answer')
    const pulled = house.clock.monotonic()
    await house.until(() => last?.state === 'fault', 10)
    t.ok(house.clock.monotonic() - pulled <= 2000, `${house.clock.monotonic() - pulled} ms`)
    t.match(last, { fault: { code: 'not-ready', text: 'gauge air does not answer' } })
    await house.pass(20_000)
    t.equal(last?.state, 'fault', 'it is reported again: silence would be staleness')

    gauge.failure = undefined
    const backAt = house.clock.monotonic()
    await house.until(() => last?.state === 'value')
    t.ok(
      house.clock.monotonic() - backAt <= 32_000,
      'no later than the longest wait before it is opened again'
    )
    t.notOk(states.includes('stale'))
    end.abort()
    await house.while(watching)
  }
)

t.test('a chip that is unplugged from its bus', async (t) => {
  const house = houseFor(t)
  const hall = await house.start('hall', {
    config: 'sensors: [{ type: tmp102, name: air, bus: i2c-1, address: 0x48, interval: 1s }]',
    chips: [{ bus: 'i2c-1', address: 0x48, type: 'tmp102' }]
  })
  const desk = await house.start('desk')
  await house.link(desk, hall)
  const latest = (): string => {
    const reading = desk.received.at(-1)
    return reading?.fault?.code ?? typeof reading?.value
  }
  await house.until(() => latest() === 'number')
  hall.world?.faults.set('i2c-1', 0x48, 'unplugged')
  const pulled = house.clock.monotonic()
  await house.until(() => latest() === 'no-acknowledge-address', 10)
  t.ok(house.clock.monotonic() - pulled <= 2000)
  hall.world?.faults.clear('i2c-1', 0x48)
  await house.until(() => latest() === 'number')
  t.pass('values again by themselves')
})
