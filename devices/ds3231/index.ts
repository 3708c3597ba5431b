import type { ClockDefinition } from '../../src/driver.ts'

export const ds3231: ClockDefinition = {
  type: 'ds3231',
  title: 'Maxim DS3231 real-time clock',
  datasheet: { id: '19-5170', revision: '10' },
  bus: 'i2c',
  addresses: [0x68],
  identification: { by: 1, ask: async (...given) => (await import('./driver.ts')).identify(...given) },
  open: async (...given) => (await import('./driver.ts')).open(...given)
}
