import t from 'tap'
import { NodeError } from '../../../src/error.ts'
import { BusError } from '../../../src/hal/i2c.ts'
import type { Measure, Measurement, MissingMeasurement } from '../../../src/hal/sensor.ts'
import { SensorError } from '../../../src/hal/sensor-error.ts'
import { quantityTable } from '../../../src/reading/quantity.ts'
import { faultOf, outcomesOf } from '../../../src/reading/sampling/outcome.ts'

const quantities = quantityTable()
const alone = (measure: Measure, measured: readonly (Measurement | MissingMeasurement)[], name: string) =>
  outcomesOf([measure], measured, { name, together: true, quantities })[0]

t.test('what a sample says of one measure', async (t) => {
  const measure = { quantity: 'voltage', channel: 'a0', range: [0, 5] } as const
  const outcome = (value: number) => alone(measure, [{ quantity: 'voltage', channel: 'a0', value }], 'soil')
  t.same(outcome(3.3), { value: 3.3 })
  t.match(outcome(5.1), {
    fault: { code: 'out-of-range', text: 'soil/voltage.a0 is 5.100 V, outside of 0.000 V to 5.000 V' }
  })
  t.match(outcome(Number.NaN), { fault: { code: 'out-of-range' } })
  t.match(alone(measure, [{ quantity: 'voltage', value: 1 }], 'soil'), {
    fault: { code: 'no-value', text: 'soil/voltage.a0 has no value' }
  })
})

t.test('a value that is missing says why, beside others', async (t) => {
  const fault = new SensorError('absent', 'this machine has no signal at wlan0')
  const measured = [
    { quantity: 'signal', channel: 'wifi', fault },
    { quantity: 'ratio', channel: 'memory', value: 0.5 }
  ]
  t.same(alone({ quantity: 'signal', channel: 'wifi' }, measured, 'box'), {
    fault: { code: 'absent', text: 'this machine has no signal at wlan0' }
  })
  t.same(alone({ quantity: 'ratio', channel: 'memory' }, measured, 'box'), { value: 0.5 })
})

t.test('what came in one transfer with a value that cannot be is suspect', async (t) => {
  const measures: Measure[] = [
    { quantity: 'temperature', range: [-40, 125] },
    { quantity: 'humidity', range: [0, 100] },
    { quantity: 'co2', range: [0, 0.04] }
  ]
  const measured = [
    { quantity: 'temperature', value: 130 },
    { quantity: 'humidity', value: 100 },
    { quantity: 'co2', fault: new SensorError('not-ready', 'warms up') }
  ]
  const of = (together: boolean) => outcomesOf(measures, measured, { name: 'air', together, quantities })
  t.match(of(true), [
    {
      fault: { code: 'out-of-range', text: 'air/temperature is 130.00 °C, outside of -40.00 °C to 125.00 °C' }
    },
    {
      fault: { code: 'suspect', text: /^air\/humidity came in one transfer .* air\/temperature is 130.00 °C/ }
    },
    { fault: { code: 'not-ready' } }
  ])
  t.match(of(false)[1], { value: 100 })
  const dry = outcomesOf(measures, [{ quantity: 'co2', value: 0.000395 }], {
    name: 'air',
    together: true,
    quantities
  })
  t.match(dry, [{ fault: { code: 'no-value' } }, { fault: { code: 'no-value' } }, { value: 0.000395 }])
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

t.test('a driver in plain JavaScript may return anything: a fault says what', async (t) => {
  const text = (quantity: string, given: unknown) =>
    alone({ quantity, range: [-40, 125] }, given as readonly Measurement[], 'air')?.fault
  const value = (quantity: string, value: unknown) => text(quantity, [{ quantity, value }])
  t.same(value('temperature', true), {
    code: 'wrong-kind',
    text: 'air/temperature is true, and must be a number'
  })
  t.match(value('temperature', '12'), { text: 'air/temperature is "12", and must be a number' })
  t.match(value('temperature', null), { text: 'air/temperature is null, and must be a number' })
  t.match(value('temperature', 12n), { text: 'air/temperature is 12, and must be a number' })
  t.match(value('temperature', {}), { text: 'air/temperature is of type object, and must be a number' })
  t.match(value('temperature', undefined), { text: 'air/temperature is undefined, and must be a number' })
  t.match(value('contact', 1), { code: 'wrong-kind', text: 'air/contact is 1, and must be a boolean' })
  t.equal(value('contact', true), undefined)
  for (const given of [undefined, null, 12, {}, [null], ['x'], []])
    t.match(text('temperature', given), { code: 'no-value' }, `${JSON.stringify(given)}`)
})
