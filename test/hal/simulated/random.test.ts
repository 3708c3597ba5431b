import t from 'tap'
import { hash, noise, SeededRandom } from '../../../src/hal/simulated/random.ts'

t.test('a seed gives one sequence', async (t) => {
  const [one, same, other] = [new SeededRandom('a'), new SeededRandom('a'), new SeededRandom('b')]
  const bytes = one.bytes(64)
  t.same(same.bytes(64), bytes)
  t.notSame(other.bytes(64), bytes)
  t.notSame(one.bytes(64), bytes)
  t.not(hash(1), hash(2))
  t.equal(hash(1), hash('1'))
})

t.test('bytes are spread evenly', async (t) => {
  const counts = new Array<number>(256).fill(0)
  for (const byte of new SeededRandom(7).bytes(25_600)) counts[byte] = (counts[byte] ?? 0) + 1
  // Chi-square with 255 degrees of freedom: beyond 360 in one of 30,000 fair generators.
  const chi = counts.reduce((sum, count) => sum + (count - 100) ** 2 / 100, 0)
  t.ok(chi > 150 && chi < 360, `chi-square ${chi}`)
})

t.test('noise is bounded, smooth, and different from place to place', async (t) => {
  const values = Array.from({ length: 1000 }, (_, index) => noise(3, -5 + index / 100))
  t.ok(values.every((value) => value >= -1 && value <= 1))
  const steps = values.slice(1).map((value, index) => Math.abs(value - (values[index] ?? 0)))
  t.ok(Math.max(...steps) < 0.031, 'the slope of smoothstep is at most 1.5 times the difference of 2')
  t.ok(new Set(values.map((value) => value.toFixed(3))).size > 300)
})
