import type { ClockDefinition } from '../../src/driver.ts'

interface Named extends Pick<ClockDefinition, 'title' | 'datasheet'> {
  readonly type: 'ds1307' | 'ds1338'
}

export const ds1307 = define({
  type: 'ds1307',
  title: 'Maxim DS1307 real-time clock',
  datasheet: { id: 'DS1307', revision: 'Maxim, 14 pages' }
})

/** As the ds1307, with a flag that shows whether its oscillator has stopped. */
export const ds1338 = define({
  type: 'ds1338',
  title: 'Maxim DS1338 real-time clock',
  datasheet: { id: 'DS1338', revision: 'Maxim, 16 pages' }
})

function define(named: Named): ClockDefinition {
  return {
    ...named,
    bus: 'i2c',
    addresses: [0x68],
    identification: {
      by: 2,
      tell: `it is marked ${named.type.toUpperCase()}`,
      ask: async (...given) => (await import('./driver.ts')).identify(named.type, ...given)
    },
    open: async (...given) => (await import('./driver.ts')).open(...given)
  }
}
