import { biasOption, type GpioSensorDefinition } from '../../src/driver.ts'

/** A rain gauge, a flow meter, an energy meter with a pulse output: anything that counts an amount. */
export const pulse: GpioSensorDefinition = {
  type: 'pulse',
  title: 'Pulse counter: rain, flow, energy',
  datasheet: { id: 'none', revision: 'none' },
  bus: 'gpio',
  measures: [
    { quantity: 'count', range: [0, Number.MAX_SAFE_INTEGER], total: true },
    { quantity: 'rate', range: [0, 1_000_000] }
  ],
  options: {
    edge: {
      kind: 'choice',
      default: 'falling',
      choices: ['falling', 'rising'],
      about: 'The edge that counts: falling for a contact or an open collector to ground.'
    },
    bias: biasOption,
    debounce: {
      kind: 'duration',
      default: 0,
      min: 0,
      max: 1000,
      about: 'A level must hold this long before it counts: 10ms for a reed contact, 0ms for electronics.'
    },
    still: {
      kind: 'duration',
      default: 300_000,
      min: 1000,
      max: 86_400_000,
      about: 'Without a pulse for this long the rate is 0.'
    }
  },
  minimumInterval: 100,
  open: async (...given) => (await import('./driver.ts')).open(...given)
}
