import t from 'tap'
import { loadConfig } from '../../../src/config/load.ts'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { silentLog } from '../../../src/log.ts'
import { LiveConfig } from '../../../src/node/configuration/live-config.ts'

const load = (text: string) => loadConfig({ text, devices: [], hostname: 'hall' })

/** A configuration whose readings take some turns, and how many of them ran side by side. */
function bench(text = () => 'name: hall') {
  const counts = { running: 0, most: 0, all: 0 }
  const live = new LiveConfig({
    config: load('name: hall').config,
    clock: new VirtualClock(),
    log: silentLog,
    source: {
      file: 'kith.yaml',
      async load() {
        counts.all += 1
        counts.running += 1
        counts.most = Math.max(counts.most, counts.running)
        await new Promise(setImmediate)
        counts.running -= 1
        return load(text())
      },
      setLogLevel() {}
    }
  })
  return { live, counts }
}

t.test('reloads never run side by side, whenever they are asked for', async (t) => {
  const { live, counts } = bench()
  const first = live.reload()
  // It is asked for as soon as the first has ended, and before the one that waits has begun.
  const late = first.then(() => live.reload())
  const waiting = live.reload()
  await Promise.all([first, waiting, late])
  t.equal(counts.most, 1)
  t.equal(counts.all, 2, 'the late one shares that which has not begun')
})

t.test('a part that fails is named as waiting, and the others are applied', async (t) => {
  const { live } = bench(() => 'name: attic\ndeny: [shed]')
  const applied: string[] = []
  live.take(
    [
      { options: ['deny'], apply: () => Promise.reject(new Error('broken')) },
      { options: ['name'], apply: ({ name }) => void applied.push(name) }
    ],
    () => true
  )
  const { pending } = await live.reload()
  t.same(pending, ['deny'])
  t.same(applied, ['attic'])
  t.match(live.status, { pending: ['deny'] })
})

t.test('what failed is tried by each reload until it is applied', async (t) => {
  const { live } = bench(() => 'deny: [shed]')
  const failing = { isBroken: true, denied: [] as readonly string[] }
  live.take(
    [
      {
        options: ['access'],
        always: true,
        apply() {
          if (failing.isBroken) throw new Error('no room')
        }
      },
      {
        options: ['deny'],
        apply({ deny }) {
          if (failing.isBroken) throw new Error('too many files')
          failing.denied = deny
        }
      }
    ],
    () => true
  )
  for (let i = 0; i < 2; i++) {
    t.match(await live.reload(), {
      state: 'unchanged',
      changed: [],
      pending: ['access', 'deny'],
      problems: [
        { level: 'error', path: 'access', message: /no room/ },
        { level: 'error', path: 'deny', message: /too many files/, hint: /reload/ }
      ]
    })
    t.match(live.status, { pending: ['access', 'deny'], failed: [{ path: 'access' }, { path: 'deny' }] })
  }
  failing.isBroken = false
  t.match(await live.reload(), { state: 'applied', changed: ['access', 'deny'], pending: [], problems: [] })
  t.same(failing.denied, ['shed'])
  t.equal(live.status, undefined)
  t.match(await live.reload(), { state: 'unchanged' })
})

t.test('many errors are told by their number', async (t) => {
  const { live } = bench(() => Array.from({ length: 60 }, (_, i) => `nonsense-${i}: 1`).join('\n'))
  const { state, problems } = await live.reload()
  t.equal(state, 'refused')
  t.equal(problems.length, 51)
  t.match(problems.at(-1), { message: 'and 10 more' })
  t.equal(live.current.name, 'hall')
})

t.test('a file without any option is taken only where nothing was in force before', async (t) => {
  let text = 'deny: [shed]'
  const { live } = bench(() => text)
  live.take([{ options: ['deny'], apply: () => {} }], () => true)
  await live.reload()
  for (const emptied of ['', '# deny: [shed]\n', '---\n', '{}\n']) {
    text = emptied
    t.match(
      await live.reload(),
      { state: 'refused', changed: [], problems: [{ hint: /name: NAME/ }] },
      emptied
    )
    t.same(live.current.deny, ['shed'])
    t.same(live.wanted.deny, ['shed'])
  }
  text = 'sensors: []'
  t.match(await live.reload(), { state: 'applied', changed: ['deny'] }, 'one option is meant')
  const fresh = bench(() => '')
  t.match(await fresh.live.reload(), { state: 'unchanged' }, 'it has had the defaults all along')
})

t.test('watching goes on without the option until the next start', async (t) => {
  let text = 'watch: true'
  const { live } = bench(() => text)
  live.take([], () => true)
  await live.reload()
  t.ok(live.current.watch)
  text = 'name: hall'
  t.match(await live.reload(), { changed: [], pending: ['watch'] })
  t.ok(live.current.watch)
})

t.test('a node that stops waits for the reload that runs', async (t) => {
  const { live } = bench(() => 'name: attic')
  const { promise, resolve } = Promise.withResolvers<void>()
  const order: string[] = []
  const apply = async (): Promise<void> => {
    order.push('begun')
    await promise
    order.push('applied')
  }
  live.take([{ options: ['name'], apply }], () => true)
  const reload = live.reload()
  while (order.length === 0) await new Promise(setImmediate)
  const stopped = Promise.resolve(live.startable.stop?.()).then(() => order.push('stopped'))
  await new Promise(setImmediate)
  resolve()
  await Promise.all([reload, stopped])
  t.same(order, ['begun', 'applied', 'stopped'])
})

t.test('a reload that a stopping node still reads applies nothing, and says so', async (t) => {
  const { live } = bench(() => 'name: attic')
  const applied: string[] = []
  live.take([{ options: ['name'], apply: ({ name }) => void applied.push(name) }], () => true)
  const reload = live.reload()
  await Promise.all([live.startable.stop?.(), reload])
  t.match(await reload, { state: 'refused', changed: [], problems: [{ message: /stops/ }] })
  t.same(applied, [])
  t.equal(live.current.name, 'hall')
})

t.test('what a stopping node leaves out is not told as applied', async (t) => {
  const { live } = bench(() => 'name: attic\ndeny: [shed]')
  const { promise, resolve } = Promise.withResolvers<void>()
  let begun = false
  const slow = (): Promise<void> => {
    begun = true
    return promise
  }
  live.take(
    [
      { options: ['name'], apply: slow },
      { options: ['deny'], apply: () => void t.fail('it has stopped') }
    ],
    () => true
  )
  const reload = live.reload()
  while (!begun) await new Promise(setImmediate)
  const waiting = live.reload()
  const stopped = live.startable.stop?.()
  resolve()
  t.match(await reload, { state: 'applied', changed: ['name'] })
  await stopped
  t.match(await Promise.race([waiting, 'still waits']), { state: 'refused' }, 'a stop waits for all')
})
