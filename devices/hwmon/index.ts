import { type FileSensorDefinition, I2C_PLACE } from '../../src/driver.ts'
import { channelsOf, LIST } from './channels.ts'

export const hwmon: FileSensorDefinition = {
  type: 'hwmon',
  title: 'Chip with a hwmon driver of the kernel',
  datasheet: { id: 'Linux Documentation/hwmon/sysfs-interface.rst', revision: '6.12' },
  bus: 'sysfs',
  place: ['chip', 'at', 'channels'],
  measures: ({ channels }) => channelsOf(String(channels)),
  options: {
    chip: { kind: 'text', pattern: /^[\w.:-]{1,64}$/, about: 'Contents of its name file, as in lm75.' },
    channels: {
      kind: 'text',
      default: 'temp1',
      pattern: LIST,
      about: 'What to measure: temp1, in0, curr1, power1, fan1, humidity1; or by label, as in temp:core0.'
    },
    at: {
      kind: 'text',
      default: '',
      pattern: I2C_PLACE,
      about: 'Its place on an I2C bus, as in 1-0048, where several chips have the name.'
    }
  },
  minimumInterval: 250,
  discover: async (...given) => (await import('./discover.ts')).discover(...given),
  open: async (...given) => (await import('./driver.ts')).open(...given)
}
