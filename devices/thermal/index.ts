import type { FileSensorDefinition } from '../../src/driver.ts'

export const thermal: FileSensorDefinition = {
  type: 'thermal',
  title: 'Thermal zone of the kernel: the processor, on most boards',
  datasheet: { id: 'Linux Documentation/driver-api/thermal/sysfs-api.rst', revision: '6.12' },
  bus: 'sysfs',
  place: ['zone'],
  measures: [{ quantity: 'temperature', range: [-40, 150] }],
  options: {
    zone: {
      kind: 'text',
      default: 'cpu-thermal',
      pattern: /^[\w.:-]{1,32}$/,
      about: 'Contents of its type file.'
    }
  },
  minimumInterval: 500,
  discover: async (...given) => (await import('./discover.ts')).discover(...given),
  open: async (...given) => (await import('./driver.ts')).open(...given)
}
