import type { OpenContext, Sensor, SensorDefinition } from '../../src/hal/sensor.ts'

async function absent(...given: [...unknown[], OpenContext]): Promise<Sensor> {
  throw new Error(`${given.at(-1)} is only a definition`)
}

const common = { datasheet: { id: 'none', revision: '0' }, measures: [] }

/** Definitions that never change, for tests of the configuration: a chip, a contact, a kernel file. */
export const configDevices: readonly SensorDefinition[] = [
  {
    ...common,
    type: 'bme280',
    title: 'Temperature, humidity and pressure',
    measures: [{ quantity: 'temperature' }, { quantity: 'humidity' }, { quantity: 'pressure' }],
    bus: 'i2c',
    addresses: [0x76, 0x77],
    minimumInterval: 100,
    options: {
      samples: { kind: 'choice', default: 1, choices: [1, 2, 4], about: 'Oversampling.' },
      mode: { kind: 'choice', default: 'forced', choices: ['forced', 'normal'], about: 'When it measures.' },
      settle: { kind: 'duration', default: 40, min: 10, max: 5_000, about: 'Wait after a reset.' }
    },
    open: absent
  },
  {
    ...common,
    type: 'scd4x',
    title: 'CO2',
    bus: 'i2c',
    addresses: [0x62],
    minimumInterval: 5_000,
    options: {
      altitude: {
        kind: 'number',
        default: 0,
        min: 0,
        max: 3_000,
        integer: true,
        unit: 'm',
        about: 'Height.'
      },
      calibrate: { kind: 'boolean', default: true, about: 'Calibrates itself.' }
    },
    open: absent
  },
  {
    ...common,
    type: 'contact',
    title: 'A switch',
    bus: 'gpio',
    minimumInterval: 1,
    options: {},
    open: absent
  },
  {
    ...common,
    type: 'w1',
    title: 'A kernel file',
    bus: 'sysfs',
    minimumInterval: 1_000,
    options: { id: { kind: 'text', pattern: /^28-[0-9a-f]{12}$/, about: 'Number of the chip.' } },
    open: absent
  }
]
