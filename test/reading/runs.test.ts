import { cpSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { SeededRandom } from '../../src/hal/simulated/random.ts'
import type { ClockStatus } from '../../src/hal/time-source.ts'
import { silentLog } from '../../src/log.ts'
import { Epochs } from '../../src/reading/author/epoch.ts'
import { ReadingHub } from '../../src/reading/hub/reading-hub.ts'
import type { Position } from '../../src/reading/run.ts'
import { authorBench, sampleOf } from '../support/author.ts'
import { historyBench, us } from '../support/history.ts'
import { formatPosition } from '../support/readings.ts'

const series = `${us.peer}/hall/temperature`
const FLUSH = 60_000

/** One process of a node in a home: what it delivered; it ends without a flush. */
async function live(home: string, random: SeededRandom, status: ClockStatus, seen: Position | undefined) {
  const { history, clock } = historyBench({ path: join(home, 'history.sqlite'), time: () => status })
  const epochs = new Epochs({
    file: join(home, 'epoch'),
    clock,
    time: () => status,
    kept: () => history.runs().at(-1)?.epoch ?? 0,
    random: (n) => random.bytes(n),
    log: silentLog
  })
  const delivered: string[] = []
  const { author } = authorBench(clock, {
    history,
    epochs,
    time: () => status,
    deliver: ({ readings }) => delivered.push(...readings.map(({ position }) => formatPosition(position)))
  })
  if (seen !== undefined) author.raise(seen)
  const seconds = Math.floor(random.next() * 500)
  for (let second = 0; second < seconds; second++) {
    author.add(sampleOf(clock, second))
    if (second % 20 === 0) await clock.advance(20_000)
  }
  return { history, clock, author, delivered, run: author.run }
}

t.test('killed at random moments: nothing flushed is lost, no position is delivered twice', async (t) => {
  const random = new SeededRandom(11)
  const root = t.testdir({ life0: {} })
  const everDelivered = new Set<string>()
  let flushed: string[] = []
  let seen: Position | undefined
  for (let i = 0; i < 24; i++) {
    const home = join(root, `life${i}`)
    const restored = i % 8 === 7
    // Now and then a backup some lives old comes back, and nobody knows the time.
    if (i > 0) cpSync(join(root, restored ? `life${i - 5}` : `life${i - 1}`), home, { recursive: true })
    const status: ClockStatus =
      i % 3 === 2 || restored ? { quality: 2, offset: 0 } : { quality: 0, offset: 0 }
    const life = await live(home, random, status, restored ? seen : undefined)
    for (const position of life.delivered) {
      if (everDelivered.has(position)) return t.fail(`${position} was delivered twice`)
      everDelivered.add(position)
    }
    if (restored && seen !== undefined && life.run.epoch <= seen.epoch) return t.fail('below what was seen')
    const held = life.history.readings({ series, limit: 1e6 }).map(({ position }) => formatPosition(position))
    if (new Set(held).size !== held.length) return t.fail('held twice')
    if (!restored) {
      const missing = flushed.filter((position) => !held.includes(position))
      if (missing.length > 0) return t.same(missing, [], `life ${i}`)
    }
    // Its death: the files stay as they are, at any moment between two flushes.
    await life.clock.advance(FLUSH)
    flushed = life.history.readings({ series, limit: 1e6 }).map(({ position }) => formatPosition(position))
    for (let late = random.next() * 300; late > 0; late--) life.author.add(sampleOf(life.clock, -1))
    seen = { ...life.run, seq: 0 }
    t.teardown(() => life.history.close())
  }
  return t.ok(everDelivered.size > 1000, `${everDelivered.size} positions`)
})

t.test('a hub over the history of a former process counts nothing again', async (t) => {
  const random = new SeededRandom(5)
  const home = t.testdir()
  const life = await live(home, random, { quality: 0, offset: 0 }, undefined)
  const packs = life.history.items(series, undefined, { items: 99, bytes: 1e6 }).items
  const hub = new ReadingHub({
    clock: life.clock,
    log: silentLog,
    history: life.history,
    keepsOf: () => true,
    limits: { series: 9, bytes: 2 ** 20, subscribers: 9, runs: 8, ranges: 64 }
  })
  for (const item of packs) {
    if (item.kind !== 'lost') t.same(hub.add(us.open(item.kind, item.topic, item.bytes), 'history'), [])
  }
  life.history.close()
})
