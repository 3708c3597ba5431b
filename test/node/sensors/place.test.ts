import t from 'tap'
import { devices } from '../../../devices/index.ts'
import { loadConfig } from '../../../src/config/load.ts'
import { placeOf } from '../../../src/node/sensors/place.ts'

t.test('where each kind of sensor is', async (t) => {
  for (const [line, place] of [
    ['type: bme280', '0x76 on i2c-1'],
    ['type: contact, line: GPIO17', 'GPIO17'],
    ['type: hwmon, options: { chip: cpu_thermal }', 'cpu_thermal temp1'],
    ['type: hwmon, options: { chip: lm75, at: 1-0048, channels: temp1 in0 }', 'lm75 1-0048 temp1 in0'],
    ['type: iio, options: { device: bmp280, channels: temp pressure }', 'bmp280 temp pressure'],
    ['type: w1, options: { id: 28-0316a2798e2b }', '28-0316a2798e2b'],
    ['type: thermal', 'cpu-thermal'],
    ['type: system, options: { parts: soc disk }', 'soc disk']
  ] as const) {
    const { sensors } = loadConfig({ text: `sensors: [{ ${line} }]\n`, devices }).config
    for (const sensor of sensors)
      t.equal(
        placeOf(
          sensor,
          devices.find(({ type }) => type === sensor.type)
        ),
        place,
        line
      )
  }
})

t.test('where nothing is known', async (t) => {
  const sensor = { type: 'sine', name: 'sine', interval: 1000, filters: [], private: false, options: {} }
  t.equal(placeOf(sensor, undefined), undefined)
})
