import { type FileModelFactory, filesUnder } from '../../src/simulated.ts'

const CLASS = '/sys/class/hwmon'

/** A thermometer on I2C that the kernel has taken, and a supply monitor with labels. */
export const model: FileModelFactory = ({ ambient }) => {
  const milli = (value: () => number) => () => `${Math.round(value() * 1000)}\n`
  const celsius = () => ambient.value('temperature')
  const volts = () => ambient.value('voltage')
  const amperes = () => ambient.value('current')
  const lm75 = {
    name: 'lm75\n',
    temp1_input: milli(celsius),
    temp1_max: '80000\n',
    'device/name': 'lm75\n'
  }
  const monitor = {
    name: 'supply\n',
    in1_label: 'VDD 5V\n',
    in1_input: milli(volts),
    in2_label: 'VDD 3V3\n',
    in2_input: milli(() => (volts() * 3.3) / 5),
    curr1_input: milli(amperes),
    power1_average: () => `${Math.round(volts() * amperes() * 1e6)}\n`,
    fan1_input: () => `${Math.round(900 + 40 * celsius())}\n`,
    humidity1_input: milli(() => ambient.value('humidity')),
    temp1_label: 'Board\n',
    temp1_input: milli(() => celsius() + 6),
    temp1_fault: '0\n'
  }
  return {
    ...filesUnder(`${CLASS}/hwmon0`, lm75),
    ...filesUnder('/sys/bus/i2c/devices/1-004f/hwmon/hwmon0', lm75),
    '/sys/bus/i2c/devices/1-004f/name': 'lm75\n',
    ...filesUnder(`${CLASS}/hwmon1`, monitor)
  }
}
