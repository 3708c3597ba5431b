import t from 'tap'
import { LinuxTimeSource } from '../../../src/hal/linux/time-source.ts'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'

function bench(timesyncd: boolean, answer: string) {
  const clock = new VirtualClock()
  let asked = 0
  const source = new LinuxTimeSource({
    clock,
    timesyncd: async () => timesyncd,
    timedatectl: async () => {
      asked++
      return answer
    }
  })
  return { clock, source, asked: () => asked }
}

t.test('either witness is enough, none is unknown', async (t) => {
  for (const [timesyncd, answer, quality] of [
    [true, '', 0],
    [false, 'yes\n', 0],
    [false, 'no\n', 2],
    [false, '', 2]
  ] as const) {
    t.same(await bench(timesyncd, answer).source.status(), { quality, offset: 0 })
  }
})

t.test('timedatectl is asked once a minute, and not where it is not needed', async (t) => {
  const synchronised = bench(true, 'yes')
  await synchronised.source.status()
  t.equal(synchronised.asked(), 0)
  const { clock, source, asked } = bench(false, 'no')
  await Promise.all([source.status(), source.status()])
  await clock.advance(59_999)
  await source.status()
  t.equal(asked(), 1)
  await clock.advance(1)
  await source.status()
  t.equal(asked(), 2)
})

t.test('this machine gives an answer', async (t) => {
  const { quality } = await new LinuxTimeSource({ clock: new VirtualClock() }).status()
  t.ok(quality === 0 || quality === 2)
})
