import t from 'tap'
import { ImperfectConditions, type Imperfection } from '../../../src/hal/simulated/imperfect-conditions.ts'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'

function felt(what: Imperfection | undefined) {
  const clock = new VirtualClock()
  const since = clock.now()
  const world = { value: () => 20 }
  const imperfection = () => (what === undefined ? undefined : { since, what })
  return { clock, chip: new ImperfectConditions('air', clock, world, imperfection) }
}

t.test('a perfect chip feels what is there', async (t) => {
  const { chip, clock } = felt(undefined)
  chip.warm()
  await clock.advance(1000)
  t.equal(chip.value('temperature'), 20)
})

t.test('noise has its deviation and no mean, and is the same for the same chip', async (t) => {
  const { chip } = felt({ noise: { temperature: 0.5 } })
  const errors = Array.from({ length: 4000 }, () => chip.value('temperature') - 20)
  const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length
  const deviation = Math.sqrt(errors.reduce((sum, error) => sum + error ** 2, 0) / errors.length)
  t.ok(Math.abs(mean) < 0.03, `${mean}`)
  t.ok(Math.abs(deviation - 0.5) < 0.03, `${deviation}`)
  t.equal(felt({ noise: { temperature: 0.5 } }).chip.value('temperature') - 20, errors[0])
  t.equal(chip.value('humidity'), 20, 'of the quantities that are named alone')
})

t.test('drift grows by the day', async (t) => {
  const { chip, clock } = felt({ drift: { pressure: -12 } })
  await clock.advance(6 * 3_600_000)
  t.equal(chip.value('pressure'), 17)
  t.equal(chip.value('temperature'), 20)
})

t.test('a chip that is sampled often grows warm, and cools down', async (t) => {
  const warmth = async (interval: number): Promise<number> => {
    const { chip, clock } = felt({ selfHeating: 0.01 })
    for (let at = 0; at < 300_000; at += interval) {
      chip.warm()
      await clock.advance(interval)
    }
    const warm = chip.value('temperature') - 20
    await clock.advance(30_000)
    const after = chip.value('temperature') - 20
    t.ok(Math.abs(after / warm - Math.exp(-1)) < 1e-6, 'a time constant of 30 s')
    t.equal(chip.value('humidity'), 20)
    return warm
  }
  const [often, seldom] = [await warmth(1000), await warmth(30_000)]
  t.ok(Math.abs(often - 0.295) < 0.005, `${often}`)
  t.ok(seldom < 0.01)
})
