import t from 'tap'
import { systemClock } from '../../src/clock.ts'
import { VirtualClock } from '../../src/hal/simulated/virtual-clock.ts'
import { silentLog } from '../../src/log.ts'
import { Lifecycle } from '../../src/node/lifecycle.ts'
import type { Startable } from '../../src/startable.ts'

const init = { log: silentLog, startDeadline: 1000, stopDeadline: 5000 }

function recorder(names: string[]): { done: string[]; parts: Startable[] } {
  const done: string[] = []
  const parts = names.map((name) => ({
    name,
    start: () => void done.push(`+${name}`),
    stop: () => void done.push(`-${name}`)
  }))
  return { done, parts }
}

t.test('starts in order, stops in reverse, once', async (t) => {
  const { done, parts } = recorder(['a', 'b', 'c'])
  const lifecycle = new Lifecycle(parts, { ...init, clock: systemClock })
  await lifecycle.start()
  await lifecycle.stop()
  await lifecycle.stop()
  t.same(done, ['+a', '+b', '+c', '-c', '-b', '-a'])
})

t.test('a part that cannot start stops those before it', async (t) => {
  const { done, parts } = recorder(['a', 'c'])
  parts.splice(1, 0, { name: 'b', start: () => Promise.reject(new Error('port taken')) })
  await t.rejects(new Lifecycle(parts, { ...init, clock: systemClock }).start(), /port taken/)
  t.same(done, ['+a', '-a'])
})

t.test('one that fails to stop, or hangs, does not keep others from stopping', async (t) => {
  const clock = new VirtualClock()
  const { done, parts } = recorder(['a'])
  parts.push(
    { name: 'bad', stop: () => Promise.reject(new Error('no')) },
    { name: 'slow', stop: () => new Promise(() => {}) }
  )
  const said: string[] = []
  const lifecycle = new Lifecycle(parts, {
    ...init,
    clock,
    log: { ...silentLog, warn: (line) => said.push(line) }
  })
  await lifecycle.start()
  const stopping = lifecycle.stop()
  await clock.advance(5000)
  await stopping
  t.same(done, ['+a', '-a'])
  t.match(said, [/stopping slow/, /no/])
})

t.test('however many hang, the others are stopped, and all of it ends in time', async (t) => {
  const clock = new VirtualClock()
  const { done, parts } = recorder(['disk'])
  const hang = (): Promise<void> => new Promise(() => {})
  parts.push(...Array.from({ length: 40 }, (_, i) => ({ name: `sensor ${i}`, stop: hang })))
  const lifecycle = new Lifecycle(parts, { ...init, clock })
  await lifecycle.start()
  const stopping = lifecycle.stop()
  await clock.advance(init.stopDeadline)
  t.same(done, ['+disk', '-disk'])
  await stopping
})

t.test('a start that hangs ends at its deadline', async (t) => {
  const clock = new VirtualClock()
  const lifecycle = new Lifecycle([{ name: 'slow', start: () => new Promise(() => {}) }], { ...init, clock })
  const starting = lifecycle.start()
  const refused = t.rejects(starting, { code: 'deadline' })
  await clock.advance(1000)
  await refused
})

t.test('a start that is called off stops what has started', async (t) => {
  const { done, parts } = recorder(['a'])
  parts.push({ name: 'slow', start: () => new Promise(() => {}) })
  const ended = new AbortController()
  const starting = new Lifecycle(parts, { ...init, clock: new VirtualClock() }).start(ended.signal)
  const refused = t.rejects(starting, /interrupted/)
  ended.abort(new Error('interrupted'))
  await refused
  t.same(done, ['+a', '-a'])
})
