import t from 'tap'
import type { RuleAction, RuleConfig } from '../../../src/config/rules/rules.ts'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import type { Log } from '../../../src/log.ts'
import type { Seen } from '../../../src/node/rules/condition.ts'
import { Rule } from '../../../src/node/rules/rule.ts'
import { Rules } from '../../../src/node/rules/rules.ts'

const MINUTE = 60_000

function ruleOf(change: Partial<RuleConfig> = {}): RuleConfig {
  return {
    name: 'frost',
    when: { series: 'air/temperature', below: 5, for: 0 },
    // biome-ignore lint/suspicious/noThenProperty: the word of kith.yaml.
    then: [{ switch: 'heater', to: 'on' }],
    interval: MINUTE,
    ...change
  }
}

/** Rules in virtual time, about one series that is set by hand. */
class Bench {
  readonly clock = new VirtualClock()
  readonly done: string[] = []
  readonly lines: string[] = []
  readonly rules: Rules
  /** Which actions fail. */
  broken: (action: RuleAction) => boolean = () => false
  /** Unix seconds are those of the clock, where they are known. */
  isTimeKnown = true
  watched: readonly string[] = []
  #seen: Seen = { state: 'waiting' }
  #changed: (series: string) => void = () => {}

  constructor(...configs: RuleConfig[]) {
    const line = (message: string): void => {
      this.lines.push(message)
    }
    const log: Log = { debug() {}, info: line, warn: line, error: line }
    this.rules = new Rules({
      clock: this.clock,
      log,
      time: () => (this.isTimeKnown ? this.clock.now() / 1000 : undefined),
      seen: () => this.#seen,
      watch: (series, changed) => {
        this.watched = series
        this.#changed = changed
        return () => {
          this.#changed = () => {}
        }
      },
      perform: async (action) => {
        if (this.broken(action)) throw new Error('it cannot be reached')
        this.done.push(JSON.stringify(action))
      }
    })
    this.rules.update(configs)
  }

  async reading(value: number): Promise<void> {
    await this.is({ state: 'value', value, shown: `${value} °C` })
  }

  async is(seen: Seen): Promise<void> {
    this.#seen = seen
    this.#changed('air/temperature')
    await this.clock.advance(0)
  }

  get state(): string | undefined {
    return this.rules.views()[0]?.state
  }
}

t.test('a rule fires once when its condition begins to hold, and again after it was over', async (t) => {
  const bench = new Bench(ruleOf())
  t.equal(bench.state, 'waiting')
  t.same(bench.watched, ['air/temperature'])
  await bench.reading(20)
  t.equal(bench.state, 'ready')
  await bench.reading(4)
  await bench.reading(3)
  t.same(bench.done, ['{"switch":"heater","to":"on"}'])
  t.match(bench.rules.views(), [
    {
      name: 'frost',
      when: 'air/temperature below 5',
      does: ['switch heater on'],
      state: 'holds',
      fired: 1,
      last: { why: 'air/temperature is 4 °C', ago: 0, results: [{ does: 'switch heater on' }] }
    }
  ])
  await bench.reading(20)
  await bench.clock.advance(MINUTE)
  await bench.reading(4)
  t.equal(bench.done.length, 2)
  t.match(bench.rules.counters, { fired: 2 })
})

t.test('one that would fire faster than its interval waits, and is told once', async (t) => {
  const bench = new Bench(ruleOf())
  for (let second = 0; second < 150; second++) {
    await bench.reading(second % 2 === 0 ? 4 : 20)
    await bench.clock.advance(1000)
  }
  t.equal(bench.done.length, 3, 'at 0 s, 60 s and 120 s of 75 times')
  t.ok((bench.rules.counters['tooFast'] ?? 0) > 60)
  t.equal(bench.lines.filter((line) => /faster than its interval/.test(line)).length, 1)
  t.equal(bench.state, 'fault')
  t.match(bench.rules.views(), [{ fault: /faster than its interval: give it clear, for, or a longer/ }])
  await bench.reading(20)
  await bench.clock.advance(2 * MINUTE)
  for (const value of [4, 20]) await bench.reading(value)
  await bench.clock.advance(2 * MINUTE)
  await bench.reading(4)
  t.equal(bench.state, 'holds', 'and no fault once it goes slower again')
})

t.test('what waits is done when the interval is over, if it still holds', async (t) => {
  const bench = new Bench(ruleOf())
  for (const value of [4, 20, 4]) await bench.reading(value)
  t.equal(bench.done.length, 1)
  await bench.clock.advance(MINUTE)
  t.equal(bench.done.length, 2)
})

t.test('repeat: it fires again while it holds, as for a lease', async (t) => {
  const bench = new Bench(ruleOf({ repeat: 5 * MINUTE }))
  await bench.reading(4)
  await bench.clock.advance(16 * MINUTE)
  t.equal(bench.done.length, 4)
  await bench.is({ state: 'stale', shown: 'stale' })
  await bench.clock.advance(5 * MINUTE)
  t.equal(bench.done.length, 4, 'what is stale counts not as below: the lease runs out')
  t.equal(bench.state, 'holds')
  await bench.reading(4)
  t.equal(bench.done.length, 5, 'and goes on with the next reading')
  await bench.reading(20)
  await bench.clock.advance(60 * MINUTE)
  t.equal(bench.done.length, 5)
})

t.test('nothing is repeated, nor tried again, for a series that is gone', async (t) => {
  const lamp = { switch: 'lamp', to: 'on' } as const
  // biome-ignore lint/suspicious/noThenProperty: the word of kith.yaml.
  const bench = new Bench(ruleOf({ then: [{ log: 'cold' }, lamp], repeat: 5 * MINUTE }))
  bench.broken = (action) => 'switch' in action
  await bench.reading(4)
  await bench.is({ state: 'waiting' })
  await bench.clock.advance(60 * MINUTE)
  t.equal(bench.done.length, 1)
  t.notOk('retried' in bench.rules.counters)
  bench.broken = () => false
  await bench.reading(4)
  t.equal(bench.done.length, 3, 'it goes on with the next reading')
  await bench.is({ state: 'waiting' })
  t.equal(bench.state, 'waiting')
})

t.test('what waits for the interval is not done on a series that has gone stale', async (t) => {
  const bench = new Bench(ruleOf())
  for (const value of [4, 20, 4]) await bench.reading(value)
  await bench.is({ state: 'fault', shown: 'a fault, bus' })
  await bench.clock.advance(2 * MINUTE)
  t.equal(bench.done.length, 1)
  await bench.reading(4)
  t.equal(bench.done.length, 2)
})

t.test('what failed is done again while the rule holds, and that alone', async (t) => {
  const lamp = { switch: 'lamp', to: 'on' } as const
  // biome-ignore lint/suspicious/noThenProperty: the word of kith.yaml.
  const bench = new Bench(ruleOf({ then: [{ log: 'cold' }, lamp], repeat: 5 * MINUTE }))
  bench.broken = (action) => 'switch' in action
  await bench.reading(4)
  t.equal(bench.state, 'fault')
  await bench.clock.advance(4.5 * MINUTE)
  t.same(bench.done, ['{"log":"cold"}'])
  t.match(bench.rules.counters, { fired: 1, failed: 5, retried: 4 })
  t.equal(bench.rules.views()[0]?.last?.results.length, 2)
  await bench.clock.advance(MINUTE)
  t.equal(bench.done.length, 2, 'tries in between put off no repeat')
  bench.broken = () => false
  await bench.clock.advance(MINUTE)
  t.same(bench.done.slice(2), ['{"switch":"lamp","to":"on"}'])
  t.equal(bench.state, 'holds')
  await bench.reading(20)
  await bench.clock.advance(10 * MINUTE)
  t.equal(bench.done.length, 3)
})

t.test('for: it has lasted without a new reading', async (t) => {
  const bench = new Bench(ruleOf({ when: { series: 'air/temperature', below: 5, for: 10_000 } }))
  await bench.reading(4)
  t.equal(bench.state, 'pending')
  await bench.clock.advance(9000)
  t.equal(bench.done.length, 0)
  await bench.clock.advance(1000)
  t.equal(bench.done.length, 1)
})

t.test('each action is done, whatever became of the one before', async (t) => {
  const bench = new Bench(
    // biome-ignore lint/suspicious/noThenProperty: the word of kith.yaml.
    ruleOf({ then: [{ send: 'desk', protocol: '/note/text/v1', text: 'cold' }, { log: 'cold' }] })
  )
  bench.broken = () => true
  await bench.reading(4)
  const [view] = bench.rules.views()
  t.equal(view?.state, 'fault')
  t.equal(view?.fault, 'it cannot be reached')
  t.same(
    view?.last?.results.map(({ error }) => error),
    ['it cannot be reached', 'it cannot be reached']
  )
  t.match(bench.rules.counters, { fired: 1, failed: 2 })
})

t.test('a time of day, where the clock is known', async (t) => {
  const now = new Date(new VirtualClock().now() + 11 * MINUTE)
  const two = (number: number): string => String(number).padStart(2, '0')
  const time = `${two(now.getHours())}:${two(now.getMinutes())}`
  const bench = new Bench(ruleOf({ when: { time } }))
  bench.isTimeKnown = false
  await bench.clock.advance(1000)
  t.equal(bench.state, 'clock')
  await bench.clock.advance(5 * MINUTE)
  t.equal(bench.done.length, 0, 'it is never, while nobody knows what time it is')
  bench.isTimeKnown = true
  await bench.clock.advance(1000)
  t.equal(bench.state, 'ready')
  t.ok((bench.rules.views()[0]?.next ?? 0) > bench.clock.now() / 1000)
  await bench.clock.advance(10 * MINUTE)
  t.equal(bench.done.length, 1)
})

t.test('a time of day comes each day, also with an interval of a day', async (t) => {
  const now = new Date(new VirtualClock().now() + MINUTE)
  const two = (number: number): string => String(number).padStart(2, '0')
  const time = `${two(now.getHours())}:${two(now.getMinutes())}`
  const clock = new VirtualClock()
  const lines: string[] = []
  const line = (message: string): void => void lines.push(message)
  let done = 0
  const rule = new Rule(ruleOf({ when: { time }, interval: 24 * 60 * MINUTE }), {
    clock,
    log: { debug() {}, info: line, warn: line, error: line },
    time: () => clock.now() / 1000,
    seen: () => ({ state: 'waiting' }),
    perform: async () => {
      done++
    },
    count() {}
  })
  rule.check()
  await clock.advance(MINUTE + 900)
  // The look that finds it comes a little earlier from day to day.
  for (let day = 1; day <= 3; day++) {
    rule.check()
    await clock.advance(0)
    t.equal(done, day)
    await clock.advance(24 * 60 * MINUTE - 200)
  }
  t.notOk(lines.some((one) => /left out/.test(one)))
})

t.test('other rules: those that are the same go on, those that are gone end', async (t) => {
  const bench = new Bench(
    ruleOf(),
    ruleOf({ name: 'heat', when: { series: 'air/temperature', above: 30, for: 0 } })
  )
  await bench.reading(4)
  bench.rules.update([
    ruleOf(),
    ruleOf({ name: 'new', when: { series: 'air/temperature', below: 10, for: 0 } })
  ])
  t.match(
    bench.rules.views().map(({ name, fired }) => ({ name, fired })),
    [
      { name: 'frost', fired: 1 },
      { name: 'new', fired: 1 }
    ],
    'a new one takes the reading that is there'
  )
  bench.rules.update([])
  await bench.reading(20)
  await bench.reading(4)
  await bench.clock.advance(MINUTE)
  t.equal(bench.done.length, 2)
  t.same(bench.rules.views(), [])
  bench.rules.stop()
  bench.rules.update([ruleOf()])
  t.same(bench.rules.views(), [], 'nothing begins after the end')
})
