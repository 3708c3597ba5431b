import type { ClockDefinition } from '../../src/driver.ts'
import { openClockChip } from '../family/clock-chip/source.ts'
import { hasStopped, time } from './convert.ts'
import { COUNT } from './registers.ts'

export const open: ClockDefinition['open'] = (device, context) =>
  openClockChip(device, { count: COUNT, hasStopped, time }, context)
