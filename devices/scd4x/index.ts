import type { I2cSensorDefinition } from '../../src/driver.ts'

export const scd4x: I2cSensorDefinition = {
  type: 'scd4x',
  title: 'Sensirion SCD40 or SCD41 carbon dioxide, temperature and humidity',
  datasheet: { id: 'SCD4x', revision: '1.4' },
  bus: 'i2c',
  addresses: [0x62],
  measures: [
    // Datasheet 1.4, table 1: the output range is 0 to 40,000 ppm; 400 to 5,000 is where the accuracy holds.
    { quantity: 'co2', range: [0, 40_000e-6], accuracy: 50e-6 },
    // 3.5.2: what the word can tell; table 1 gives the accuracy for -10 to 60 °C.
    { quantity: 'temperature', range: [-45, 130], accuracy: 0.8 },
    { quantity: 'humidity', range: [0, 100], accuracy: 6 }
  ],
  options: {
    mode: {
      kind: 'choice',
      default: 'periodic',
      choices: ['periodic', 'single'],
      about:
        'periodic measures every 5 s; single (SCD41 only) once for each sample, of which the first after power-on is less accurate.'
    },
    altitude: {
      kind: 'number',
      default: 0,
      min: 0,
      max: 3000,
      unit: 'm',
      integer: true,
      about: 'Height above sea level, by which CO2 is corrected.'
    },
    ambient_pressure: {
      kind: 'number',
      default: 1013,
      min: 700,
      max: 1200,
      unit: 'hPa',
      integer: true,
      about: 'Air pressure, by which CO2 is corrected; a value other than 1013 replaces the altitude.'
    },
    temperature_offset: {
      kind: 'number',
      default: 4,
      min: 0,
      max: 20,
      unit: 'Cel',
      about: 'By how much the chip is warmer than the air, by its own heat and that of its case.'
    },
    self_calibration: {
      kind: 'boolean',
      default: true,
      about: 'Takes the lowest CO2 of a week as fresh air; turn it off where no fresh air comes in.'
    }
  },
  minimumInterval: 5000,
  identification: { by: 1, ask: async (...given) => (await import('./driver.ts')).identify(...given) },
  open: async (...given) => (await import('./driver.ts')).open(...given)
}
