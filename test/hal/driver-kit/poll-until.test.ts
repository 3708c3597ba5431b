import t from 'tap'
import { i2cDevice } from '../../../src/hal/bus/i2c-device.ts'
import { pollUntil, readWhenAcknowledged } from '../../../src/hal/driver-kit/poll-until.ts'
import { type ChipModelFactory, NotAcknowledged } from '../../../src/hal/simulated/model.ts'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { simulatedWorld } from '../../../src/hal/simulated/world.ts'

const TIMING = { first: 10, every: 2, deadline: 20 }
const signal = new AbortController().signal

/** A chip that acknowledges its address from 15 ms on, and then gives the time. */
const busyFor15: ChipModelFactory = ({ clock }) => ({
  write() {},
  read: (count) => {
    if (clock.monotonic() < 15) throw new NotAcknowledged('address')
    return new Uint8Array(count).fill(clock.monotonic())
  }
})

async function bench() {
  const clock = new VirtualClock()
  const world = simulatedWorld({ clock })
  world.attach('i2c-1', 0x44, busyFor15)
  const device = i2cDevice(await world.buses.open('i2c-1'), 0x44, 'sht31')
  return { clock, world, device }
}

t.test('it asks first after the typical time, then again and again', async (t) => {
  const { clock, device } = await bench()
  const asked: number[] = []
  const answer = pollUntil(clock, device, TIMING, signal, async () => {
    asked.push(clock.monotonic())
    return clock.monotonic() >= 14 ? 'ready' : undefined
  })
  t.equal(await clock.run(answer), 'ready')
  t.same(asked, [10, 12, 14])
})

t.test('it gives up after the deadline, having asked once more', async (t) => {
  const { clock, device } = await bench()
  const answer = pollUntil(clock, device, TIMING, signal, async () => undefined)
  await t.rejects(clock.run(answer), {
    code: 'not-ready',
    message: 'sht31 at 0x44 on i2c-1 is not ready within 20 ms'
  })
  t.equal(clock.monotonic(), 20)
})

t.test('it ends with the signal, and with what the question throws', async (t) => {
  const { clock, device } = await bench()
  const never = pollUntil(
    clock,
    device,
    TIMING,
    AbortSignal.abort(new Error('enough')),
    async () => undefined
  )
  await t.rejects(never, { message: 'enough' })
  const broken = pollUntil(clock, device, TIMING, signal, async () => {
    throw new TypeError('broken')
  })
  await t.rejects(clock.run(broken), { name: 'TypeError' })
})

t.test('a chip that does not acknowledge while it converts is asked again', async (t) => {
  const { clock, device } = await bench()
  t.same(await clock.run(readWhenAcknowledged(clock, device, 2, TIMING, signal)), Uint8Array.of(16, 16))
})

t.test('a chip that never acknowledges is absent, not slow', async (t) => {
  const { clock, world, device } = await bench()
  world.faults.set('i2c-1', 0x44, 'unplugged')
  await t.rejects(clock.run(readWhenAcknowledged(clock, device, 2, TIMING, signal)), {
    code: 'no-acknowledge-address',
    message: 'sht31 at 0x44 on i2c-1 does not acknowledge'
  })
  t.equal(clock.monotonic(), 20)
})
