import t from 'tap'
import { i2cDevice } from '../../../src/hal/bus/i2c-device.ts'
import { readWord, writeWord } from '../../../src/hal/driver-kit/word-register.ts'
import { simulatedWorld } from '../../../src/hal/simulated/world.ts'
import { memoryChip } from '../../support/hardware/memory-chip.ts'

t.test('a device reads and writes at its address', async (t) => {
  const world = simulatedWorld()
  world.attach('i2c-1', 0x20, memoryChip)
  const device = i2cDevice(await world.buses.open('i2c-1'), 0x20, 'memory')
  t.equal(device.label, 'memory at 0x20 on i2c-1')
  await device.write([0x10, 0xab, 0xcd])
  t.same(await device.writeRead([0x10], 3), Uint8Array.of(0xab, 0xcd, 0x12))
  t.same(await device.read(1), Uint8Array.of(0x13))
  t.equal(await readWord(device, 0x10, {}), 0xabcd)
  await writeWord(device, 0x10, 0x0102, {})
  t.equal(await readWord(device, 0x10, {}), 0x0102)
})

t.test('errors of the bus are reported with the name of the chip', async (t) => {
  const world = simulatedWorld()
  world.attach('i2c-1', 0x20, memoryChip)
  const device = i2cDevice(await world.buses.open('i2c-1'), 0x76, 'bme280')
  const message = 'bme280 at 0x76 on i2c-1 does not acknowledge'
  await t.rejects(device.write([1]), { message })
  await t.rejects(device.read(1), { message })
  await t.rejects(device.writeRead([1], 1), { message })
  await t.rejects(device.read(1, { signal: AbortSignal.abort(new Error('enough')) }), { message: 'enough' })
})
