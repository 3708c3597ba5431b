import t from 'tap'
import { devices } from '../../devices/index.ts'
import { chipModels } from '../../devices/models.ts'
import { isNodeError } from '../../src/error.ts'
import type { I2cSensorDefinition } from '../../src/hal/sensor.ts'
import { isTogether } from '../../src/node/sensors/running-sensor.ts'
import { quantityTable } from '../../src/reading/quantity.ts'
import { outcomesOf } from '../../src/reading/sampling/outcome.ts'
import { SensorBench } from '../support/hardware/sensor-bench.ts'

/** What a chip answers that measures nothing, with fitting checksums: by type, bytes of its measurement. */
const DEAD: readonly (readonly [type: string, answer: string, why: string])[] = [
  ['sht3x', '000081000081', 'all zeros'],
  ['sht3x', 'ffffacffffac', 'all ones'],
  ['sht3x', '000081beef92', 'a temperature of zeros beside a humidity that may be'],
  ['sht4x', '000081000081', 'all zeros'],
  ['sht4x', 'ffffacffffac', 'all ones'],
  ['sht4x', '6667a2000081', 'a humidity of zeros, -6 %, beside a temperature that may be'],
  ['sht4x', '6667a2ffffac', 'a humidity of ones, 119 %, beside a temperature that may be'],
  ['si7021', '000000', 'all zeros'],
  ['htu21d', '000000', 'all zeros'],
  ['scd4x', '000081000081000081', 'all zeros'],
  ['scd4x', 'ffffacffffacffffac', 'all ones'],
  ['scd4x', '0000816667a25eb93c', '0 ppm of CO2 beside values that may be'],
  ['bme280', '8000008000008000', 'nothing measured'],
  ['bme280', '8000007eed007530', 'no pressure measured'],
  ['bme280', '655ac08000007530', 'no temperature measured'],
  ['bme280', '655ac07eed008000', 'no humidity measured'],
  ['bme280', '655ac07eed00ffff', 'a humidity of ones'],
  ['bme280', '655ac07eed000000', 'a humidity of zeros'],
  ['bme280', '0000000000000000', 'all zeros'],
  ['bme280', 'ffffffffffffffff', 'all ones'],
  ['bmp280', '800000800000', 'nothing measured'],
  ['bmp280', '800000519480', 'no pressure measured'],
  ['bmp280', '000000000000', 'all zeros'],
  ['aht20', '1c0000000000', 'all zeros'],
  ['aht10', '1c0000000000', 'all zeros']
]

for (const [type, answer, why] of DEAD)
  t.test(`${type} answering ${answer}: ${why}`, async (t) => {
    const outcomes = await outcomesOfAnswer(type, answer)
    t.ok(outcomes.length > 0)
    for (const { fault, quantity, value } of outcomes)
      t.ok(fault !== undefined, `${quantity} ${value}: ${fault}`)
  })

t.test('what a chip can measure is a value, however rare', async (t) => {
  // SCD4x datasheet 1.4, table 1: the output range is 0 to 40,000 ppm.
  for (const [word, ppm] of [
    ['018b', 395],
    ['170c', 5900],
    ['9c40', 40_000]
  ] as const) {
    const [co2] = await outcomesOfAnswer('scd4x', `${withCrc(word)}6667a25eb93c`)
    t.equal(co2?.value, ppm / 1e6)
  }
  const [tooMuch] = await outcomesOfAnswer('scd4x', `${withCrc('9c41')}6667a25eb93c`)
  t.equal(tooMuch?.fault, 'out-of-range')
  // 3.5.2: -15.00 °C in a freezer.
  const [, cold] = await outcomesOfAnswer('scd4x', `${withCrc('01f4')}${withCrc('2be3')}5eb93c`)
  t.ok(Math.abs(Number(cold?.value) + 15) < 0.01)
  // SHT4x 4.6: a little beyond 0 and 100 % is cropped.
  const [, dry] = await outcomesOfAnswer('sht4x', `6667a2${withCrc('0a3d')}`)
  t.equal(dry?.value, 0)
  const [, wet] = await outcomesOfAnswer('sht4x', `6667a2${withCrc('dd00')}`)
  t.equal(wet?.value, 100)
})

interface Found {
  readonly quantity: string
  readonly value: number | boolean | undefined
  readonly fault: string | undefined
}

/** What a sample says of each measure of a chip that gives the answer to whatever asks for so many bytes. */
async function outcomesOfAnswer(type: string, answer: string): Promise<Found[]> {
  const definition = devices.find((device): device is I2cSensorDefinition => device.type === type)
  const model = chipModels[type]
  if (definition === undefined || model === undefined) throw new Error(`${type} has no model`)
  const bytes = Buffer.from(type.startsWith('aht') ? withAhtCrc(type, answer) : answer, 'hex')
  let dead = false
  const bench = new SensorBench(definition, (environment) => {
    const chip = model(environment)
    return {
      write: (sent) => chip.write(sent),
      read: (count) => {
        const read = chip.read(count)
        return dead && count === bytes.length ? bytes : read
      }
    }
  })
  const sensor = await bench.open()
  dead = true
  const measures = typeof definition.measures === 'function' ? definition.measures({}) : definition.measures
  const init = { name: type, together: isTogether(definition), quantities: quantityTable() }
  try {
    const outcomes = outcomesOf(measures, await bench.sample(sensor), init)
    return measures.map(({ quantity }, i) => ({
      quantity,
      value: outcomes[i]?.value,
      fault: outcomes[i]?.fault?.code
    }))
  } catch (error) {
    if (!isNodeError(error)) throw error
    return measures.map(({ quantity }) => ({ quantity, value: undefined, fault: error.code }))
  }
}

/** A word with its CRC of 0x31 from ff: SHT3x-DIS 4.12. */
function withCrc(word: string): string {
  return word + crcOf(Buffer.from(word, 'hex')).toString(16).padStart(2, '0')
}

function withAhtCrc(type: string, data: string): string {
  return type === 'aht20' ? data + crcOf(Buffer.from(data, 'hex')).toString(16).padStart(2, '0') : data
}

function crcOf(bytes: Uint8Array): number {
  let crc = 0xff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x80 ? ((crc << 1) ^ 0x31) & 0xff : crc << 1
  }
  return crc
}
