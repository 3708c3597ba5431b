import { readFileSync } from 'node:fs'
import t from 'tap'
import { devices } from '../../../devices/index.ts'
import { filterNames } from '../../../src/config/devices/filters.ts'
import { parseConfig } from '../../../src/config/load.ts'
import { createFilter } from '../../../src/reading/sampling/filter/chain.ts'

const page = readFileSync(new URL('../../../docs/filters.md', import.meta.url), 'utf8')
const [first, calibration] = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].flatMap(
  ([, yaml = '']) => parseConfig(yaml, devices).sensors
)

/** What passes for values 10 s apart. */
function through(quantity: string, values: readonly number[]): (number | undefined)[] {
  const filter = createFilter(first?.filters ?? [], 'temperature')
  return values.map((value, n) => {
    const passed = filter.next({ device: 'air', quantity, at: n * 10_000, interval: 10, value })
    return passed === undefined ? undefined : Number(passed.value)
  })
}

t.test('the table has every filter once', async (t) => {
  const rows = [...page.matchAll(/^\| `(\w+)` \|/gm)].map(([, name = '']) => name)
  t.same(rows, filterNames)
})

t.test('the first example does what the page says', async (t) => {
  const temperatures = through('temperature', [20, 20, 20, 99, 20, 20.1, ...Array(30).fill(20)])
  t.equal(temperatures[0], 19.6, 'corrected')
  const passed = temperatures.flatMap((value, n) => (value === undefined ? [] : [[n, value]]))
  t.same(
    passed,
    [
      [0, 19.6],
      [30, 19.6]
    ],
    'no outlier, and one value after five minutes'
  )
  t.same(through('humidity', [40, 41]), [42, 42.5], 'no delta, the correction of its own')
})

t.test('the calibration gives the values of its table', async (t) => {
  const rows = [...page.matchAll(/^\| ([\d.]+) \| ([\d.]+) \|$/gm)]
  t.equal(rows.length, 3)
  const filter = createFilter(calibration?.filters ?? [], 'temperature')
  for (const [, measured, passed] of rows) {
    const sample = { device: 'pond', quantity: 'temperature', at: 0, interval: 10, value: Number(measured) }
    t.ok(Math.abs(Number(filter.next(sample)?.value) - Number(passed)) < 1e-9, `${measured}`)
  }
})
