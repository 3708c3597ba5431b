import t from 'tap'
import { systemClock } from '../src/clock.ts'
import { clockConformance } from './conformance/clock.ts'

clockConformance(t, () => ({ clock: systemClock, pass: (ms) => systemClock.sleep(ms + 2) }))
