import t from 'tap'
import { unusual } from '../../../src/reading/sampling/plausibility.ts'

t.test('values that are worth a look', async (t) => {
  const temperature = { quantity: 'temperature', range: [-55, 80] } as const
  t.equal(unusual(temperature, 21.5), undefined)
  t.equal(unusual(temperature, -50), 'unusually low')
  t.equal(unusual(temperature, 85.5), 'unusually high')
  t.equal(unusual(temperature, 80), 'at the end of what the device can measure')
  t.equal(unusual({ quantity: 'co2' }, 0.0001), 'unusually low')
  t.equal(unusual({ quantity: 'illuminance', range: [0, 54_000] }, 0), undefined, 'it may be dark')
  t.equal(unusual({ quantity: 'voltage' }, 1e6), undefined)
  t.equal(unusual({ quantity: 'alarm' }, true), undefined)
})
