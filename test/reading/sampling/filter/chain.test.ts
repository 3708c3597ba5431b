import t from 'tap'
import type { Sample } from '../../../../src/reading/reading.ts'
import { createFilter } from '../../../../src/reading/sampling/filter/chain.ts'
import type { FilterConfig } from '../../../../src/reading/sampling/filter/stage.ts'

const FAULT = { code: 'no-acknowledge', text: 'tmp102 at 0x48 on i2c-1 does not acknowledge' }

/** What leaves a chain for values one second apart; null in place of a fault, '-' for what is held back. */
function through(configs: FilterConfig[], values: readonly (number | null)[]): (number | string | null)[] {
  const filter = createFilter(configs, 'temperature')
  return values.map((value, i) => {
    const place = { device: 'air', quantity: 'temperature', at: i * 1000, interval: 1 }
    const out = filter.next(value === null ? { ...place, fault: FAULT } : { ...place, value })
    if (out === undefined) return '-'
    return out.fault === undefined ? Number(Number(out.value).toFixed(6)) : null
  })
}

const rows: [string, FilterConfig[], (number | null)[], (number | string | null)[]][] = [
  ['none', [], [1, 2], [1, 2]],
  ['offset', [{ offset: -0.4 }], [21.5, null, 21], [21.1, null, 20.6]],
  ['clamp', [{ clamp: [0, 100] }], [-1, 50, 101], [0, 50, 100]],
  [
    'calibrate_linear, two points',
    [
      {
        calibrate_linear: [
          [0, 1],
          [100, 101]
        ]
      }
    ],
    [0, 50, 200],
    [1, 51, 201]
  ],
  [
    'calibrate_linear, three points unordered',
    [
      {
        calibrate_linear: [
          [100, 120],
          [0, 0],
          [50, 50]
        ]
      }
    ],
    [-10, 25, 75, 110],
    [-10, 25, 85, 134]
  ],
  ['median of 3', [{ median: 3 }], [1, 9, 2, 2, 50, 2], [1, 5, 2, 2, 2, 2]],
  ['median empties at a fault', [{ median: 3 }], [1, 1, null, 9], [1, 1, null, 9]],
  ['moving average', [{ moving_average: 2 }], [1, 3, 5, null, 9], [1, 2, 4, null, 9]],
  [
    'exponential moving average',
    [{ exponential_moving_average: 0.5 }],
    [0, 8, 8, null, 2],
    [0, 4, 6, null, 2]
  ],
  ['throttle', [{ throttle: 3000 }], [1, 2, 3, 4, 5], [1, '-', '-', 4, '-']],
  ['throttle lets faults pass', [{ throttle: 3000 }], [1, 2, null, 4, 5], [1, '-', null, 4, '-']],
  ['delta', [{ delta: 1 }], [20, 20.5, 21, 20.1, 20], [20, '-', 21, '-', 20]],
  [
    'delta with heartbeat',
    [{ delta: 1 }, { heartbeat: 3000 }],
    [20, 20, 20, 20, 20],
    [20, '-', '-', 20, '-']
  ],
  [
    'delta compares what reaches it, whatever comes behind',
    [{ delta: 1 }, { offset: 10 }],
    [20, 20.5, 21, 21],
    [30, '-', 31, '-']
  ],
  ['in their order', [{ offset: 10 }, { clamp: [0, 15] }], [1, 9], [11, 15]]
]
for (const [name, configs, values, expected] of rows) {
  t.test(name, async (t) => t.same(through(configs, values), expected))
}

t.test('delta alone still lets a sample pass now and then', async (t) => {
  const values = Array.from({ length: 1201 }, () => 20)
  const passed = through([{ delta: 1 }], values).flatMap((value, i) => (value === '-' ? [] : [i]))
  t.same(passed, [0, 600, 1200])
})

t.test('the interval is that of what leaves', async (t) => {
  const sample: Sample = { device: 'air', quantity: 'temperature', at: 0, interval: 1, value: 20 }
  t.equal(createFilter([{ delta: 1 }, { heartbeat: 60_000 }], 'temperature').next(sample)?.interval, 60)
  t.equal(createFilter([{ throttle: 5_000 }], 'temperature').next(sample)?.interval, 5)
  t.equal(createFilter([{ median: 5 }], 'temperature').next(sample)?.interval, 1)
})

t.test('units belong to one quantity, windows to one series', async (t) => {
  const filter = createFilter([{ offset: 1 }, { of: 'pressure', offset: 100 }, { median: 3 }], 'temperature')
  const next = (quantity: string, value: number): unknown =>
    filter.next({ device: 'air', quantity, at: 0, interval: 1, value })?.value
  t.equal(next('temperature', 20), 21)
  t.equal(next('pressure', 100_000), 100_100)
  t.equal(next('humidity', 50), 50)
  t.equal(next('temperature', 22), 22)
})

t.test('truth values pass as they are', async (t) => {
  const filter = createFilter([{ median: 3 }, { throttle: 60_000 }], 'contact')
  const next = (value: boolean): unknown =>
    filter.next({ device: 'door', quantity: 'contact', at: 0, interval: 1, value })?.value
  t.same([next(true), next(false), next(true)], [true, false, true])
})
