import type { FileSensorDefinition } from '../../src/driver.ts'

export const w1: FileSensorDefinition = {
  type: 'w1',
  title: 'Maxim DS18B20, DS18S20, DS1822, DS1825 or DS28EA00 temperature, on 1-Wire',
  datasheet: { id: 'DS18B20 19-7487; linux drivers/w1/slaves/w1_therm.c', revision: '6; 6.12' },
  bus: 'sysfs',
  place: ['id'],
  measures: [{ quantity: 'temperature', range: [-55, 125], accuracy: 0.5 }],
  options: {
    id: {
      kind: 'text',
      pattern: /^(10|22|28|3b|42)-[0-9a-f]{12}$/,
      about: 'Number of the chip, as in 28-0316a2798e2b; kith devices scan lists them.'
    }
  },
  // A conversion of 12 bits blocks its bus for 750 ms.
  minimumInterval: 1000,
  discover: async (...given) => (await import('./discover.ts')).discover(...given),
  open: async (...given) => (await import('./driver.ts')).open(...given)
}
