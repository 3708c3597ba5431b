import { type FileSensorDefinition, I2C_PLACE } from '../../src/driver.ts'
import { channelsOf, LIST } from './channels.ts'

export const iio: FileSensorDefinition = {
  type: 'iio',
  title: 'Sensor with an industrial I/O driver of the kernel: DHT11, DHT22, BME680 and others',
  datasheet: { id: 'Linux Documentation/ABI/testing/sysfs-bus-iio', revision: '6.12' },
  bus: 'sysfs',
  place: ['device', 'at', 'channels'],
  measures: ({ channels }) => channelsOf(String(channels)),
  options: {
    device: { kind: 'text', pattern: /^[\w.@:-]{1,64}$/, about: 'Contents of its name file, as in bmp280.' },
    channels: {
      kind: 'text',
      default: 'temp',
      pattern: LIST,
      about:
        'What to measure: temp, pressure, humidityrelative, illuminance, voltage0, concentration_co2 and more.'
    },
    at: {
      kind: 'text',
      default: '',
      pattern: I2C_PLACE,
      about: 'Its place on an I2C bus, as in 1-0076, where several devices have the name.'
    }
  },
  minimumInterval: 250,
  discover: async (...given) => (await import('./discover.ts')).discover(...given),
  open: async (...given) => (await import('./driver.ts')).open(...given)
}
