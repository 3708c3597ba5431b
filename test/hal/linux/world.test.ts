import t from 'tap'
import { linuxWorld } from '../../../src/hal/linux/world.ts'

t.test('a machine without buses and pins is a world, too', async (t) => {
  const world = linuxWorld()
  t.equal(world.kind, 'linux')
  t.equal(world.random(16).length, 16)
  t.notSame(world.random(16), world.random(16))
  t.match(await world.sysfs.read('/proc/version'), /^Linux/)
  for (const name of await world.buses.list()) t.match(name, /^i2c-\d+$/)
  await t.rejects(world.buses.open('i2c-999'), { code: 'no-such-bus' })
  await world.close()
})
