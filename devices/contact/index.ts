import { biasOption, type GpioSensorDefinition } from '../../src/driver.ts'

/** A door, a window, a button, a float: anything that opens and closes a circuit. */
export const contact: GpioSensorDefinition = {
  type: 'contact',
  title: 'Contact or button between a line and ground (or its supply)',
  datasheet: { id: 'none', revision: 'none' },
  bus: 'gpio',
  measures: [{ quantity: 'contact' }],
  options: {
    closed: {
      kind: 'choice',
      default: 'low',
      choices: ['low', 'high'],
      about: 'The level while it is closed; low for a contact to ground.'
    },
    bias: biasOption,
    debounce: {
      kind: 'duration',
      default: 20,
      min: 0,
      max: 5000,
      about: 'A level must hold this long before it counts; its time is that of the first edge.'
    }
  },
  minimumInterval: 100,
  open: async (...given) => (await import('./driver.ts')).open(...given)
}
