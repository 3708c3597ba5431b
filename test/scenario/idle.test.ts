import t from 'tap'
import { houseFor } from '../support/scenario/house.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/**
 * Timers of kith's that fire in an hour of a node with a home and one sensor at 10 s, whom nobody asks. They were 5,654:
 * every 2 s the look at the book's file, every 5 s the interfaces, the addresses to tell and the watchdog of gossip,
 * every 10 s the replicator, three for each sample (due, converted, packed), and what is rarer.
 */
const MAX_FIRED = 5700
/** The moments at which they did, of which each wakes the process: 2,946. */
const MAX_WAKES = 3000
const SENSOR = '  - { type: tmp102, name: air, bus: i2c-1, interval: 10s }'

t.test('an idle node wakes for what it measures and looks after, and no more often', async (t) => {
  const intervals: unknown[] = []
  const { setInterval } = globalThis
  t.teardown(() => {
    globalThis.setInterval = setInterval
  })
  globalThis.setInterval = new Proxy(setInterval, {
    apply(target, self, words) {
      intervals.push(words[1])
      return Reflect.apply(target, self, words)
    }
  })

  const house = houseFor(t)
  const { clock } = house
  const fired = new Map<number, number>()
  const moments = new Set<number>()
  const after = clock.after.bind(clock)
  clock.after = (ms, fire) =>
    after(ms, () => {
      fired.set(Math.round(ms), (fired.get(Math.round(ms)) ?? 0) + 1)
      moments.add(clock.monotonic())
      fire()
    })
  const node = await house.start('idle', {
    home: true,
    chips: [{ bus: 'i2c-1', type: 'tmp102', address: 0x48 }],
    config: `sensors:\n${SENSOR}`
  })
  await house.pass(5 * MINUTE)
  t.same(intervals, [1000], 'of the packages, the score of gossipsub; its heartbeat is a timeout a second')
  fired.clear()
  moments.clear()
  await clock.advance(HOUR)

  const count = [...fired.values()].reduce((sum, one) => sum + one, 0)
  const often = [...fired].toSorted((a, b) => b[1] - a[1]).slice(0, 9)
  t.ok(count <= MAX_FIRED, `${count} timers fired; milliseconds and how often: ${often.join(' | ')}`)
  t.ok(moments.size <= MAX_WAKES, `at ${moments.size} moments`)
  t.equal(node.history(`${node.peer}/air/temperature`).length, (65 * MINUTE) / 10_000, 'and it measured')
})
