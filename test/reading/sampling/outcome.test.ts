import t from 'tap'
import { SensorError } from '../../../src/hal/sensor-error.ts'
import { outcomeOf } from '../../../src/reading/sampling/outcome.ts'

t.test('what a sample says of one measure', async (t) => {
  const measure = { quantity: 'voltage', channel: 'a0', range: [0, 5] } as const
  const outcome = (value: number) =>
    outcomeOf(measure, [{ quantity: 'voltage', channel: 'a0', value }], 'soil')
  t.same(outcome(3.3), { value: 3.3 })
  t.match(outcome(5.1), {
    fault: { code: 'out-of-range', text: 'soil/voltage.a0 is 5.1, and can be 0 to 5' }
  })
  t.match(outcome(Number.NaN), { fault: { code: 'out-of-range' } })
  t.match(outcomeOf(measure, [{ quantity: 'voltage', value: 1 }], 'soil'), {
    fault: { code: 'no-value', text: 'soil/voltage.a0 has no value' }
  })
})

t.test('a value that is missing says why, beside others', async (t) => {
  const fault = new SensorError('absent', 'this machine has no signal at wlan0')
  const measured = [
    { quantity: 'signal', channel: 'wifi', fault },
    { quantity: 'ratio', channel: 'memory', value: 0.5 }
  ]
  t.same(outcomeOf({ quantity: 'signal', channel: 'wifi' }, measured, 'box'), {
    fault: { code: 'absent', text: 'this machine has no signal at wlan0' }
  })
  t.same(outcomeOf({ quantity: 'ratio', channel: 'memory' }, measured, 'box'), { value: 0.5 })
})
