import t from 'tap'
import { NodeError } from '../../../src/error.ts'
import { BusError } from '../../../src/hal/i2c.ts'
import { SensorError } from '../../../src/hal/sensor-error.ts'
import { faultOf, outcomeOf } from '../../../src/reading/sampling/outcome.ts'

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

const rows: [unknown, string, string][] = [
  [new BusError('no-acknowledge', 'x at 0x76 on i2c-1'), 'no-acknowledge', 'x at 0x76 on i2c-1'],
  [new NodeError('bad-crc', 'a\nb\u001b[31m'), 'bad-crc', 'a b [31m'],
  [Object.assign(new Error('EIO: i/o error'), { code: 'EIO' }), 'eio', 'EIO: i/o error'],
  [Object.assign(new Error('x'), { code: 'ERR_BAD_THING' }), 'err-bad-thing', 'x'],
  [Object.assign(new Error('x'), { code: 'nö' }), 'error', 'x'],
  [new TypeError(), 'error', 'TypeError'],
  ['a string', 'error', 'a string'],
  ['\n', 'error', 'no reason given']
]
for (const [error, code, text] of rows) {
  t.test(`${code}: ${text}`, async (t) => t.same(faultOf(error), { code, text }))
}

t.test('no longer than a pack carries', async (t) => {
  t.equal([...faultOf(new Error('😀'.repeat(300))).text].length, 200)
})
