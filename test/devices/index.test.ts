import t from 'tap'
import { clockChips, devices } from '../../devices/index.ts'
import { chipModels, fileModels, lineModels } from '../../devices/models.ts'
import { quantityTable } from '../../src/reading/quantity.ts'
import { defaultOptions } from '../support/hardware/sensor-bench.ts'

const quantities = quantityTable()

t.test('types are unique words', async (t) => {
  t.equal(new Set(devices.map(({ type }) => type)).size, devices.length)
  for (const { type } of devices) t.match(type, /^[a-z][a-z0-9-]{1,31}$/)
})

for (const definition of devices) {
  t.test(definition.type, async (t) => {
    const { type, bus, options, datasheet, minimumInterval } = definition
    if (bus === 'i2c') {
      t.ok(definition.addresses.length > 0)
      for (const address of definition.addresses) t.ok(address >= 0x08 && address <= 0x77)
      t.ok(Object.hasOwn(chipModels, type), 'it can be simulated')
    }
    if (bus === 'gpio') t.ok(Object.hasOwn(lineModels, type), 'it can be simulated')
    if (bus === 'sysfs') {
      t.ok(Object.hasOwn(fileModels, type), 'it can be simulated')
      t.ok(
        definition.place?.every((option) => Object.hasOwn(options, option)),
        'it has its place'
      )
    }
    t.ok(datasheet.id !== '' && datasheet.revision !== '')
    t.ok(minimumInterval > 0)
    for (const [name, option] of Object.entries(options)) {
      t.match(name, /^[a-z][a-z0-9_]*$/)
      t.match(option.about, /\S.*\.$/, `${name} is explained`)
      if (option.kind === 'choice') t.ok(option.choices.includes(option.default))
      if (option.kind === 'number' || option.kind === 'duration') {
        t.ok(option.default >= option.min && option.default <= option.max)
      }
    }
    const measures =
      typeof definition.measures === 'function'
        ? definition.measures(defaultOptions(definition))
        : definition.measures
    for (const { quantity, channel = '', range } of measures) {
      t.ok(quantities.has(quantity), `${quantity} is a quantity`)
      t.match(channel, /^[a-z0-9]{0,8}$/)
      if (range !== undefined) t.ok(range[0] < range[1])
    }
    const series = measures.map(({ quantity, channel }) => `${quantity} ${channel}`)
    t.equal(new Set(series).size, series.length, 'each is distinguished')
  })
}

t.test('every model has its definition', async (t) => {
  const types = new Set([...devices, ...clockChips].map(({ type }) => type))
  for (const type of [...Object.keys(chipModels), ...Object.keys(fileModels)]) t.ok(types.has(type), type)
})

t.test('clocks are reported as plainly as sensors', async (t) => {
  for (const { type, title, datasheet, addresses } of clockChips) {
    t.match(type, /^[a-z][a-z0-9-]{1,31}$/)
    t.notOk(devices.some((device) => device.type === type))
    t.ok(Object.hasOwn(chipModels, type), 'it can be simulated')
    t.ok(title !== '' && datasheet.id !== '' && datasheet.revision !== '')
    t.ok(addresses.length > 0 && addresses.every((address) => address >= 0x08 && address <= 0x77))
  }
})
