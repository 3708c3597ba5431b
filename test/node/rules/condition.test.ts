import t from 'tap'
import type { LevelWhen, StateWhen } from '../../../src/config/rules/rules.ts'
import { Condition, type Seen } from '../../../src/node/rules/condition.ts'

const value = (value: number): Seen => ({ state: 'value', value, shown: `${value} °C` })
const fault: Seen = { state: 'fault', shown: 'a fault, timeout' }
const stale: Seen = { state: 'stale', shown: 'stale' }
const waiting: Seen = { state: 'waiting' }

/** Whether it holds after each of what is seen, a second apart. */
function holds(when: Partial<LevelWhen> | StateWhen, ...seen: readonly Seen[]): boolean[] {
  const condition = new Condition({ series: 'air/temperature', for: 0, ...when })
  return seen.map((one, second) => {
    condition.see(one, second * 1000)
    return condition.holds
  })
}

const [no, yes] = [false, true]

t.test('above and below a threshold, which itself is neither', async (t) => {
  t.same(holds({ above: 25 }, value(25), value(25.1), value(25), value(24)), [no, yes, no, no])
  t.same(holds({ below: 5 }, value(5), value(4.9), value(5), value(6)), [no, yes, no, no])
})

t.test('hysteresis: it is over beyond clear, and begins again beyond the threshold', async (t) => {
  t.same(holds({ above: 25, clear: 23 }, value(26), value(24), value(23), value(24), value(26)), [
    yes,
    yes,
    no,
    no,
    yes
  ])
  t.same(holds({ below: 5, clear: 6 }, value(4), value(5.5), value(6), value(5.5), value(4)), [
    yes,
    yes,
    no,
    no,
    yes
  ])
})

t.test('it must hold for its time without a break', async (t) => {
  const hot = value(26)
  t.same(holds({ above: 25, for: 2000 }, hot, hot, hot, hot), [no, no, yes, yes])
  t.same(holds({ above: 25, for: 2000 }, hot, hot, value(25), hot, hot, hot), [no, no, no, no, no, yes])
})

t.test('a fault or a stale series counts neither as above nor as below', async (t) => {
  const hot = value(26)
  t.same(holds({ above: 25 }, fault, stale, hot, fault, stale, hot), [no, no, yes, yes, yes, yes])
  t.same(holds({ below: 25 }, fault, stale, fault), [no, no, no])
  t.same(holds({ above: 25, for: 2000 }, hot, hot, stale, hot, hot, hot), [no, no, no, no, no, yes])
})

t.test('nothing holds before a real reading has come', async (t) => {
  const condition = new Condition({ series: 'air/temperature', is: 'stale', for: 0 })
  condition.see(waiting, 0)
  condition.see(stale, 1000)
  t.same([condition.holds, condition.hasSeen], [no, no])
  condition.see(value(20), 2000)
  condition.see(stale, 3000)
  t.same([condition.holds, condition.hasSeen], [yes, yes])
  t.equal(condition.why, 'air/temperature is stale')
})

t.test('stale and fault, until a value comes', async (t) => {
  const is = (is: 'stale' | 'fault'): StateWhen => ({ series: 'air/temperature', is, for: 0 })
  t.same(holds(is('stale'), value(1), stale, fault, value(1)), [no, yes, yes, no])
  t.same(holds(is('fault'), fault, stale, fault, value(1), fault), [yes, yes, yes, no, yes])
  t.same(holds({ ...is('fault'), for: 2000 }, fault, value(1), fault, fault, fault), [no, no, no, no, yes])
})

t.test('a series that is gone is waited for again, whatever is asked of it', async (t) => {
  const condition = new Condition({ series: 'hall/air/temperature', below: 5, for: 0 })
  condition.see(value(4), 0)
  condition.see(waiting, 1000)
  t.same([condition.holds, condition.isKnown, condition.hasSeen], [yes, no, no])
  condition.see(value(4), 2000)
  t.same([condition.holds, condition.isKnown, condition.hasSeen], [yes, yes, yes])
  t.same(holds({ below: 5, for: 2000 }, value(4), value(4), waiting, value(4), value(4), value(4)), [
    no,
    no,
    no,
    no,
    no,
    yes
  ])
  const gone = new Condition({ series: 'hall/air/temperature', is: 'stale', for: 0 })
  for (const [second, seen] of [value(4), stale, waiting, stale].entries()) {
    gone.see(seen, second * 1000)
    t.equal(gone.isKnown, second < 2)
  }
  gone.see(value(4), 4000)
  t.same([gone.holds, gone.isKnown], [no, yes])
})
