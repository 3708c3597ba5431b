import type { FileSensorDefinition } from '../../src/driver.ts'
import { LIST, measuresOf } from './parts.ts'

export const system: FileSensorDefinition = {
  type: 'system',
  title: 'The health of this machine: processor, supply, memory, disk, radio',
  datasheet: { id: 'Linux Documentation/filesystems/proc.rst and ABI/testing', revision: '6.12' },
  bus: 'sysfs',
  place: ['parts'],
  measures: ({ parts }) => measuresOf(String(parts)),
  options: {
    parts: {
      kind: 'text',
      default: 'soc memory disk uptime load',
      pattern: LIST,
      about: 'Any of soc supply throttle memory disk uptime load wifi wear, with a space between.'
    },
    disk: {
      kind: 'text',
      default: '/',
      pattern: /^\/[^\0]{0,255}$/,
      about: 'A path on the file system whose space is measured.'
    },
    interface: {
      kind: 'text',
      default: 'wlan0',
      pattern: /^[\w.-]{1,15}$/,
      about: 'The radio whose signal is measured.'
    }
  },
  minimumInterval: 1000,
  discover: async (...given) => (await import('./discover.ts')).discover(...given),
  open: async (...given) => (await import('./driver.ts')).open(...given)
}
