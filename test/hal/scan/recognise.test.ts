import t from 'tap'
import { clockChips, devices } from '../../../devices/index.ts'
import { chipModels } from '../../../devices/models.ts'
import type { I2cBus, I2cOperation } from '../../../src/hal/i2c.ts'
import { type Candidate, recognise } from '../../../src/hal/scan/recognise.ts'
import type { ChipModelFactory } from '../../../src/hal/simulated/model.ts'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { simulatedWorld } from '../../../src/hal/simulated/world.ts'
import { formatAddress } from '../../../src/units.ts'
import { filledChip, isUsable, oneRegister } from '../../support/hardware/scan-bench.ts'

const candidates: readonly Candidate[] = [...devices.filter((each) => each.bus === 'i2c'), ...clockChips]

async function verdictOf(model: ChipModelFactory, address: number) {
  const clock = new VirtualClock()
  const world = simulatedWorld({ clock })
  world.attach('i2c-1', address, model)
  const bus = await world.buses.open('i2c-1')
  const written: I2cOperation[] = []
  const watched: I2cBus = {
    name: bus.name,
    path: bus.name,
    transaction: (to, operations, options) => {
      written.push(...operations.filter((each) => 'write' in each && each.write.length > 0))
      return bus.transaction(to, operations, options)
    },
    exclusive: (to, work, options) => bus.exclusive(to, work, options),
    probe: (to, options) => bus.probe(to, options),
    close: () => bus.close()
  }
  const context = { clock, signal: new AbortController().signal }
  const verdict = await clock.run(recognise(watched, address, candidates, context))
  return { verdict, written, world, clock }
}

/** Types that a chip of this type cannot be distinguished from: same registers, or an address with nothing to ask. */
const ALIKE: Readonly<Record<string, readonly string[]>> = {
  tmp102: [],
  lm75: ['lm75b', 'tmp105', 'tmp75'],
  lm75b: ['lm75', 'tmp105', 'tmp75'],
  tmp105: ['lm75', 'lm75b', 'tmp75'],
  tmp75: ['lm75', 'lm75b', 'tmp105'],
  aht10: ['aht20'],
  aht20: ['aht10'],
  ds1307: ['ds1338'],
  ds1338: ['ds1307'],
  ads1115: [],
  ina219: [],
  bh1750: []
}

for (const candidate of candidates)
  for (const address of candidate.addresses)
    t.test(`${candidate.type} at ${formatAddress(address)}`, async (t) => {
      const { type } = candidate
      const model = chipModels[type]
      if (model === undefined) throw new Error('it has no model')
      const { verdict, written, world, clock } = await verdictOf(model, address)
      const alike = ALIKE[type]
      if (alike === undefined) t.equal(verdict.sure?.type, type, 'it tells what it is')
      else {
        t.equal(verdict.sure, undefined, 'it cannot tell')
        const found = verdict.maybe.map((each) => each.type)
        t.ok(found.includes(type), `one of ${found}`)
        t.same(
          found.filter((each) => each !== type && !alike.includes(each)),
          [],
          'and no other'
        )
      }
      const drivesPins = (address >= 0x20 && address <= 0x27) || (address >= 0x38 && address <= 0x3f)
      if (drivesPins) t.same(written, [], 'nothing is written where it might set pins')
      await isUsable(t, candidate, { world, clock }, address)
    })

t.test('one that measures all the time is known as well', async (t) => {
  const scd4x = chipModels['scd4x']
  const measuring: ChipModelFactory = (environment) => {
    const chip = scd4x?.(environment)
    if (chip === undefined) throw new Error('it has no model')
    chip.write(Uint8Array.of(0x21, 0xb1))
    return chip
  }
  t.equal((await verdictOf(measuring, 0x62)).verdict.sure?.type, 'scd4x')
})

t.test('chips that are none of ours are never taken for one', async (t) => {
  for (const fill of [0x00, 0xff, 0x5a])
    for (let address = 0x08; address <= 0x77; address++) {
      const { verdict } = await verdictOf(filledChip(fill), address)
      t.equal(verdict.sure, undefined, `${formatAddress(address)} full of ${fill}`)
    }
})

t.test('a chip of the family without a driver is named', async (t) => {
  for (const [identity, name] of [
    [0x55, 'bmp180'],
    [0x61, 'bme680']
  ] as const)
    t.match((await verdictOf(filledChip(0, { 208: identity }), 0x76)).verdict, { relative: name, maybe: [] })
  t.match((await verdictOf(filledChip(0, { 117: 0x68 }), 0x68)).verdict, { relative: 'mpu6050' })
})

t.test('a multiplexer at the address of a barometer is known, and left as it was', async (t) => {
  const state = { value: 0 }
  const { verdict } = await verdictOf(oneRegister(state), 0x76)
  t.match(verdict.relative, /^tca9548a/)
  t.equal(state.value, 0, 'no channel is connected')
})
