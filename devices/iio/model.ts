import { type FileModelFactory, filesUnder } from '../../src/simulated.ts'

const DEVICES = '/sys/bus/iio/devices'

/** A BMP280 with processed values, an SCD4x with raw ones, and a converter with one scale for all channels. */
export const model: FileModelFactory = ({ ambient }) => {
  const fixed = (value: number, digits: number): string => `${value.toFixed(digits)}\n`
  const bmp280 = {
    name: 'bmp280\n',
    in_temp_input: () => `${Math.round(ambient.value('temperature') * 100) * 10}\n`,
    in_pressure_input: () => fixed(ambient.value('pressure') / 1000, 9)
  }
  const scd4x = {
    name: 'scd4x\n',
    // Parts per million, 1e-4 percent each [linux drivers/iio/chemical/scd4x.c].
    in_concentration_co2_raw: () => fixed(ambient.value('co2') * 1e6, 0),
    in_concentration_co2_scale: '0.000100000\n',
    in_temp_raw: () => fixed(((ambient.value('temperature') + 45) * 65_536) / 175, 0),
    in_temp_scale: '2.670288086\n',
    in_temp_offset: '-16852\n',
    in_humidityrelative_raw: () => fixed((ambient.value('humidity') * 65_536) / 100, 0),
    in_humidityrelative_scale: '1.525878906\n'
  }
  const converter = {
    name: 'mcp3008\n',
    in_voltage0_raw: () => fixed((ambient.value('voltage') * 1023) / 5.5, 0),
    in_voltage1_raw: '512\n',
    in_voltage_scale: '5.376344086\n'
  }
  return {
    ...filesUnder(`${DEVICES}/iio:device0`, bmp280),
    ...filesUnder('/sys/bus/i2c/devices/1-0077/iio:device0', bmp280),
    '/sys/bus/i2c/devices/1-0077/name': 'bmp280\n',
    ...filesUnder(`${DEVICES}/iio:device1`, scd4x),
    ...filesUnder(`${DEVICES}/iio:device2`, converter)
  }
}
