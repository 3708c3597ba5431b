import t from 'tap'
import { channelsIn, channelsOf, LIST } from '../../../devices/iio/channels.ts'
import { iio } from '../../../devices/iio/index.ts'
import { model } from '../../../devices/iio/model.ts'
import { values } from '../../../devices/iio/vectors.ts'
import type { Options } from '../../../src/hal/sensor.ts'
import { FileBench, fileFaultMatrix } from '../../support/hardware/file-bench.ts'
import { near } from '../../support/near.ts'

const DEVICES = '/sys/bus/iio/devices'
const bench = (options: Options): FileBench => new FileBench(iio, { model }, options)

t.test('driver and vectors', async (t) => {
  for (const { channel, files, quantity, value, source } of values) {
    const made = bench({ device: 'new', channels: channel })
    made.world.files.set(`${DEVICES}/iio:device7/name`, 'new\n')
    for (const [name, text] of Object.entries(files))
      made.world.files.set(`${DEVICES}/iio:device7/${name}`, text)
    const [measured] = await made.sample(await made.open())
    t.match(measured, { quantity }, source)
    near(t, measured !== undefined && 'value' in measured ? measured.value : undefined, value, 1e-12)
  }
})

t.test('devices with values ready made and with raw ones follow the world', async (t) => {
  const climate = { temperature: 21.5, pressure: 100_653.27, humidity: 48, co2: 800e-6, voltage: 5 } as const
  const cases: [Options, Readonly<Record<string, [value: number, step: number]>>][] = [
    [
      { device: 'bmp280', channels: 'temp pressure' },
      { temperature: [21.5, 1e-9], pressure: [100_653.27, 1e-6] }
    ],
    [
      { device: 'scd4x', channels: 'concentration_co2 temp humidityrelative' },
      { co2: [800e-6, 1e-9], temperature: [21.5, 0.002], humidity: [48, 0.002] }
    ],
    [{ device: 'mcp3008', channels: 'voltage0' }, { voltage: [5, 0.003] }]
  ]
  for (const [options, expected] of cases) {
    const made = bench(options)
    for (const [quantity, value] of Object.entries(climate))
      made.world.ambient.hold(quantity as keyof typeof climate, value)
    const measured = await made.sample(await made.open())
    t.same(
      measured.map(({ quantity }) => quantity),
      Object.keys(expected)
    )
    for (const each of measured) {
      const [value, step] = expected[each.quantity] ?? [Number.NaN, 0]
      near(t, 'value' in each ? each.value : undefined, value, step)
    }
  }
})

t.test('what it measures', async (t) => {
  const reported = (list: string) => channelsOf(list).map(({ quantity, channel }) => [quantity, channel])
  t.same(reported('temp pressure'), [
    ['temperature', undefined],
    ['pressure', undefined]
  ])
  t.same(reported('voltage0 voltage1 temp_ambient temp_object'), [
    ['voltage', '0'],
    ['voltage', '1'],
    ['temperature', 'ambient'],
    ['temperature', 'object']
  ])
  for (const good of ['temp', 'voltage0 voltage15', 'concentration_co2', 'temp_object']) t.match(good, LIST)
  for (const bad of ['', 'accel_x', 'temp,pressure', 'temp_raw', 'concentration_voc', 'Temp'])
    t.notMatch(bad, LIST)
  t.same(
    channelsIn(
      ['in_voltage10_raw', 'in_voltage2_raw', 'in_voltage_scale', 'in_temp_input', 'in_accel_x_raw'],
      'ads1015'
    ),
    ['temp', 'voltage2', 'voltage10']
  )
})

t.test('an estimate of CO2 is neither proposed nor measured as CO2', async (t) => {
  const files = ['in_concentration_co2_input', 'in_concentration_voc_input', 'in_temp_input']
  t.same(channelsIn(files, 'scd30'), ['concentration_co2', 'temp'])
  for (const device of ['sgp30', 'ccs811', 'ens160']) {
    t.same(channelsIn(files, device), ['temp'])
    const estimating = bench({ device, channels: 'temp concentration_co2' })
    estimating.world.files.set(`${DEVICES}/iio:device9/name`, `${device}\n`)
    t.match(await estimating.refusal(estimating.open()), {
      code: 'absent',
      message: new RegExp(`${device} measures no CO2`),
      hint: /remove concentration_co2/
    })
  }
})

t.test('what no device of the kernel can measure is out of range', async (t) => {
  const range = (word: string) => channelsOf(word)[0]?.range
  t.same(range('concentration_co2'), [1e-6, 1])
  t.same(range('temp_object'), [-273.15, 1820])
  t.same(range('pressure'), [1, 100_000_000])
  t.equal(range('voltage0'), undefined)
})

t.test('a device that is not there, and one of several', async (t) => {
  const absent = bench({ device: 'bme680' })
  t.match(await absent.refusal(absent.open()), { code: 'absent', hint: /bmp280, scd4x, mcp3008/ })
  const made = bench({ device: 'bmp280', at: '1-0077' })
  made.world.files.set(`${DEVICES}/iio:device9/name`, 'bmp280\n')
  made.world.ambient.hold('temperature', 7)
  t.equal(await made.value(await made.open()), 7, 'found by its place')
})

t.test('what is to be discovered', async (t) => {
  const made = bench({ device: 'bmp280' })
  const context = { clock: made.clock, signal: new AbortController().signal }
  t.match(await iio.discover?.(made.world.sysfs, context), [
    { name: 'bmp280', chip: '1-0077', options: { device: 'bmp280', channels: 'pressure temp' } },
    { name: 'scd4x', options: { channels: 'concentration_co2 humidityrelative temp' } },
    { name: 'mcp3008', options: { channels: 'voltage0 voltage1' } }
  ])
})

t.test('an input that is read continuously by another', (t) => {
  fileFaultMatrix(
    t,
    () => bench({ device: 'mcp3008', channels: 'voltage0' }),
    `${DEVICES}/iio:device2/in_voltage0_raw`,
    'iio device mcp3008'
  )
  t.end()
})
fileFaultMatrix(
  t,
  () => bench({ device: 'bmp280' }),
  `${DEVICES}/iio:device0/in_temp_input`,
  'iio device bmp280'
)
