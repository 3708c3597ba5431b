import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { type Log, silentLog } from '../../../src/log.ts'
import { DeviceStates } from '../../../src/node/sensors/device-states.ts'

function bench(t: Test) {
  const clock = new VirtualClock()
  const home = mkdtempSync(join(tmpdir(), 'kith-memory-'))
  t.teardown(() => rmSync(home, { recursive: true, force: true }))
  const path = join(home, 'memory.json')
  const lines: string[] = []
  const note = (line: string): void => void lines.push(line)
  const log: Log = { ...silentLog, error: note, warn: note, info: note }
  const life = async (where: string | undefined = path): Promise<DeviceStates> => {
    const memories = new DeviceStates({ clock, log, path: where, flush: 60_000 })
    await memories.start()
    return memories
  }
  const onDisk = (): unknown => (existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined)
  return { clock, home, path, lines, life, onDisk }
}

t.test('what changed reaches the disk with the flush, once for all, and only then', async (t) => {
  const { clock, life, onDisk } = bench(t)
  const memories = await life()
  // Writes are at 1, 3, 7, 15, 31, 63 s after the start, then one each flush.
  await clock.advance(63_000)
  const rain = memories.of('rain')
  for (let i = 1; i <= 1000; i++) rain.set('count', i)
  memories.of('water').set('count', 7)
  t.equal(rain.get('count'), 1000)
  t.equal(onDisk(), undefined)
  await clock.advance(60_000)
  await memories.flush()
  t.same(onDisk(), { rain: { count: 1000 }, water: { count: 7 } })
  rain.set('count', 1001)
  await clock.advance(59_000)
  t.match(onDisk(), { rain: { count: 1000 } })
  await memories.stop()
  t.match(onDisk(), { rain: { count: 1001 } }, 'and at the stop')
  t.equal(clock.pending, 0)
})

t.test('nothing changed, nothing written', async (t) => {
  const { clock, path, life } = bench(t)
  const memories = await life()
  memories.of('rain').set('count', 5)
  await memories.flush()
  rmSync(path)
  memories.of('rain').set('count', 5)
  await clock.advance(600_000)
  await memories.stop()
  t.notOk(existsSync(path))
})

t.test('a node that is killed goes on from the last flush', async (t) => {
  const { life } = bench(t)
  const killed = await life()
  killed.of('rain').set('count', 100)
  await killed.flush()
  killed.of('rain').set('count', 140)
  const next = await life()
  t.equal(next.of('rain').get('count'), 100)
  t.equal(next.of('sun').get('count'), undefined)
  await next.stop()
})

t.test('a node that is killed more often than the flush still advances', async (t) => {
  const { path } = bench(t)
  for (let total = 5; total <= 15; total += 5) {
    // Each life has a clock of its own: the timers of a killed process end with it.
    const clock = new VirtualClock()
    const states = new DeviceStates({ clock, log: silentLog, path, flush: 60_000 })
    await states.start()
    const rain = states.of('rain')
    t.equal(rain.get('count') ?? 0, total - 5)
    rain.set('count', total)
    await clock.advance(2000)
    await states.flush()
    rain.set('count', total + 2)
  }
  const wear = bench(t)
  let writes = 0
  const busy = await wear.life()
  for (let seconds = 0; seconds < 3600; seconds++) {
    busy.of('rain').set('count', seconds)
    await wear.clock.advance(1000)
    if (wear.onDisk() === undefined) continue
    writes++
    rmSync(wear.path)
  }
  t.ok(writes <= 65, `${writes} writes in an hour with a flush of one minute`)
})

t.test('the larger of what was kept and what another source knows', async (t) => {
  const { clock, life } = bench(t)
  const states = await life()
  t.equal(states.of('rain', () => undefined).get('count'), undefined)
  t.equal(states.of('rain', () => 12).get('count'), 12)
  states.of('rain').set('count', 7)
  t.equal(states.of('rain', () => 12).get('count'), 12)
  t.equal(states.of('rain', () => 5).get('count'), 7)
  await states.stop()
  t.equal(clock.pending, 0)
})

t.test('a second damaged file does not replace the first', async (t) => {
  const { home, path, life } = bench(t)
  for (const damaged of ['one', 'two', 'three']) {
    writeFileSync(path, damaged)
    await (await life()).stop()
  }
  t.equal(readFileSync(`${path}.damaged`, 'utf8'), 'one')
  t.equal(readFileSync(`${path}.damaged-2`, 'utf8'), 'two')
  t.equal(readFileSync(`${path}.damaged-3`, 'utf8'), 'three')
  for (let n = 0; n < 20; n++) {
    writeFileSync(path, `again ${n}`)
    await (await life()).stop()
  }
  t.equal(readdirSync(home).length, 9, 'and they do not fill the disk')
  t.equal(readFileSync(`${path}.damaged`, 'utf8'), 'one')
})

t.test('a damaged file is put aside and said so', async (t) => {
  for (const damaged of [
    '',
    '{"rain": {"count": 1',
    '[5]',
    '{"rain": {"count": "7"}}',
    '{"rain": 5}',
    'null'
  ]) {
    const { home, path, lines, life } = bench(t)
    writeFileSync(path, damaged)
    const memories = await life()
    t.equal(memories.of('rain').get('count'), undefined)
    t.match(lines, [/totals of counters and the times of minOff cannot be read/])
    t.equal(readFileSync(`${path}.damaged`, 'utf8'), damaged)
    memories.of('rain').set('count', 1)
    await memories.stop()
    t.same(readdirSync(home).sort(), ['memory.json', 'memory.json.damaged'])
  }
})

t.test('a disk that takes nothing costs nothing but one line, and is tried again', async (t) => {
  const { clock, path, lines, life, onDisk } = bench(t)
  const memories = await life()
  mkdirSync(path)
  const rain = memories.of('rain')
  for (let i = 1; i <= 3; i++) {
    rain.set('count', i)
    await clock.advance(60_000)
    await memories.flush()
  }
  t.equal(rain.get('count'), 3)
  t.match(lines, [/cannot be kept/])
  rmSync(path, { recursive: true })
  await clock.advance(60_000)
  await memories.flush()
  t.same(onDisk(), { rain: { count: 3 } })
  t.match(lines.at(-1), /kept again/)
  await memories.stop()
})

t.test('a node without a home keeps nothing', async (t) => {
  const { clock, home } = bench(t)
  const memories = new DeviceStates({ clock, log: silentLog, path: undefined, flush: 1000 })
  await memories.start()
  memories.of('rain').set('count', 3)
  t.equal(memories.of('rain').get('count'), 3)
  await clock.advance(5000)
  await memories.stop()
  t.same(readdirSync(home), [])
})

t.test('a device keeps no more than a few numbers', async (t) => {
  const memories = await bench(t).life()
  const greedy = memories.of('greedy')
  for (let i = 0; i < 16; i++) greedy.set(`n${i}`, i)
  t.throws(() => greedy.set('n16', 16), RangeError)
  greedy.set('n0', 9)
  t.equal(greedy.get('n0'), 9)
  await memories.stop()
})
