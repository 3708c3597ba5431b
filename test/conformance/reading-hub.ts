import type { Test } from 'tap'
import type { Clock } from '../../src/clock.ts'
import { VirtualClock } from '../../src/hal/simulated/virtual-clock.ts'
import { type Log, silentLog } from '../../src/log.ts'
import type { History } from '../../src/reading/history/history.ts'
import { type Conflict, type HubEvent, ReadingHub } from '../../src/reading/hub/reading-hub.ts'
import type { Reading } from '../../src/reading/reading.ts'
import type { SealedReadings } from '../../src/reading/signed/sealed.ts'
import { createSealer } from '../../src/reading/signed/sealer.ts'
import { keptLog, readingsOf, runOf, them, topic, us } from '../support/history.ts'
import { allQuantities, seeded, testSigner } from '../support/readings.ts'

export interface HubBase {
  readonly clock: Clock
  readonly history: History
  readonly log?: Log
}

const ours = `${us.peer}/hall/temperature`
const theirs = `${them.peer}/hall/temperature`
const limits = { series: 4, bytes: 2 ** 20, subscribers: 3, runs: 8, ranges: 64 }

/** What a ReadingHub must do over any History. */
export function hubConformance(test: Test, make: (t: Test) => HubBase): void {
  function hubOver(base: HubBase, keeps = true): { hub: ReadingHub; conflicts: Conflict[] } {
    const conflicts: Conflict[] = []
    const hub = new ReadingHub({
      log: silentLog,
      ...base,
      keepsOf: () => keeps,
      limits,
      onConflict: (conflict) => conflicts.push(conflict)
    })
    return { hub, conflicts }
  }

  test.test('a position counts once, however it comes', async (t) => {
    const { hub } = hubOver(make(t))
    const readings = readingsOf(them.peer, runOf(10), 0, 9)
    t.same(hub.add(them.pack(topic, readings.slice(0, 5)), 'gossip'), readings.slice(0, 5))
    t.same(hub.add(them.pack(topic, readings.slice(3, 7)), 'observe'), readings.slice(5, 7))
    t.same(hub.add(them.block(topic, readings), 'history'), readings.slice(7))
    t.same(hub.add(them.block(topic, readings), 'history'), [])
    t.match(hub.counters, { fresh: 10, repeated: 19, conflicts: 0 })
  })

  test.test('the latest never moves back, nor to a lower epoch', async (t) => {
    const { hub } = hubOver(make(t))
    const at = (epoch: number, seq: number): Reading[] => readingsOf(them.peer, runOf(epoch), seq, seq)
    hub.add(them.pack(topic, at(10, 5)), 'gossip')
    hub.add(them.pack(topic, at(10, 3)), 'history')
    t.same(hub.position(theirs), { ...runOf(10), seq: 5 })
    hub.add(them.pack(topic, at(9, 99)), 'history')
    t.same(hub.position(theirs), { ...runOf(10), seq: 5 })
    hub.add(them.pack(topic, at(11, 0)), 'gossip')
    t.same(hub.position(theirs), { ...runOf(11), seq: 0 })
    const [latest] = hub.latest()
    t.match(latest, { reading: { position: { epoch: 11 } }, receivedBy: 'gossip', receivedAt: 0 })
    t.same(
      hub.latest(({ device }) => device === 'attic'),
      []
    )
  })

  test.test('two boots at one epoch are kept apart and reported once', async (t) => {
    const { hub, conflicts } = hubOver(make(t))
    const [one, two] = [runOf(10, '0000000000000001'), runOf(10, '0000000000000002')]
    for (const run of [two, one, two, one]) {
      hub.add(them.pack(topic, readingsOf(them.peer, run, 0, 1)), 'gossip')
      hub.add(them.pack(topic, readingsOf(them.peer, run, 2, 3)), 'gossip')
    }
    t.match(conflicts, [{ kind: 'boot', series: theirs, position: { boot: one.boot } }])
    t.equal(conflicts.length, 1)
    t.same(hub.position(theirs), { ...two, seq: 3 })
    t.equal(hub.counters.fresh, 8)
  })

  test.test('two outcomes at one position are reported', async (t) => {
    const { hub, conflicts } = hubOver(make(t))
    const [reading] = readingsOf(them.peer, runOf(10), 4, 4)
    if (reading === undefined || reading.fault !== undefined) return
    hub.add(them.pack(topic, [reading]), 'gossip')
    hub.add(them.block(topic, [reading]), 'history')
    t.same(conflicts, [])
    hub.add(them.pack(topic, [{ ...reading, value: 99 }]), 'gossip')
    t.match(conflicts, [{ kind: 'position', series: theirs }])
    t.equal(hub.latest()[0]?.reading.value, reading.value, 'the first one stays')
  })

  test.test('only what is to be kept comes into history, and what was there is not new', async (t) => {
    const base = make(t)
    const pack = them.pack(topic, readingsOf(them.peer, runOf(10), 0, 4))
    hubOver(base, false).hub.add(pack, 'gossip')
    t.same(base.history.series(), [])
    hubOver(base).hub.add(pack, 'gossip')
    t.same(base.history.series(), [theirs])
    const { hub } = hubOver(base)
    t.same(hub.position(theirs), { ...runOf(10), seq: 4 }, 'known from the start')
    t.same(hub.add(pack, 'gossip'), [])
  })

  test.test('our own packs pass, though history has their readings already', async (t) => {
    const base = make(t)
    const { hub } = hubOver(base)
    base.history.beginRun(runOf(10), { mono: 0, unix: null, quality: 2 })
    const readings = readingsOf(us.peer, runOf(10), 0, 3)
    base.history.appendOwn(readings)
    const pack = us.pack(topic, readings)
    t.same(hub.add(pack, 'own'), readings)
    t.same(hub.add(pack, 'gossip'), [])
    t.same(hub.position(ours), { ...runOf(10), seq: 3 })
    t.same(base.history.items(ours, undefined, { items: 9, bytes: 1e6 }).items.length, 1)
  })

  test.test('subscribers receive what they ask for; one that throws does not affect others', async (t) => {
    const { hub } = hubOver(make(t))
    const heard: HubEvent[] = []
    hub.subscribe({
      onSealed: () => {
        throw new Error('a bad subscriber')
      }
    })
    const cancel = hub.subscribe({
      match: ({ device }) => device === 'attic',
      onSealed: (event) => heard.push(event)
    })
    hub.subscribe({ onSealed: () => {} })
    t.throws(() => hub.subscribe({ onSealed: () => {} }), { code: 'busy' })
    const attic = readingsOf(them.peer, runOf(10), 0, 1, 'attic')
    hub.add(them.pack(topic, [...readingsOf(them.peer, runOf(10), 0, 1), ...attic]), 'gossip')
    t.same(
      heard.map(({ fresh }) => fresh),
      [attic]
    )
    cancel()
    hub.add(them.pack(topic, readingsOf(them.peer, runOf(10), 2, 2, 'attic')), 'gossip')
    t.equal(heard.length, 1)
  })

  test.test('bad records are held as faults, with a word in the log once an hour and author', async (t) => {
    const log = keptLog()
    const clock = new VirtualClock()
    const { hub } = hubOver({ ...make(t), log, clock }, false)
    const bad = (from: number): SealedReadings => ({
      ...them.pack(topic, readingsOf(them.peer, runOf(10), from, from)),
      flaws: ['no number for temperature\u001b[2J']
    })
    hub.add(bad(0), 'gossip')
    hub.add(bad(1), 'gossip')
    t.equal(log.lines.length, 1)
    t.match(log.lines[0], { level: 'warn', message: /no number for temperature \[2J/ })
    await clock.advance(3_600_000)
    hub.add(bad(2), 'gossip')
    hub.add(bad(2), 'gossip')
    t.equal(log.lines.length, 2, 'nor for what is known')
  })

  test.test('memory is bounded by the number of series', async (t) => {
    const { hub } = hubOver(make(t), false)
    for (let i = 0; i < 10; i++) {
      hub.add(them.pack(topic, readingsOf(them.peer, runOf(10), 0, 0, `d${i}`)), 'gossip')
    }
    t.same(
      hub.latest().map(({ reading }) => reading.series.split('/')[1]),
      ['d6', 'd7', 'd8', 'd9']
    )
    t.equal(hub.counters.forgotten, 6)
  })

  test.test('ever new names of one author displace no other author', async (t) => {
    const { hub } = hubOver(make(t), false)
    const devices = (): string[] => hub.latest().map(({ reading }) => reading.series.split('/')[1] ?? '')
    hub.add(us.pack(topic, readingsOf(us.peer, runOf(10), 0, 0, 'hall')), 'gossip')
    for (let i = 0; i < 50; i++) {
      hub.add(them.pack(topic, readingsOf(them.peer, runOf(10), 0, 0, `d${i}`)), 'gossip')
    }
    t.same(devices(), ['hall', 'd47', 'd48', 'd49'])
    hub.add(us.pack(topic, readingsOf(us.peer, runOf(10), 0, 0, 'den')), 'gossip')
    t.same(devices(), ['hall', 'd48', 'd49', 'den'], 'who has less than its share takes from who has more')
  })

  test.test('our own stay, however many others there are', async (t) => {
    const { hub } = hubOver(make(t), false)
    const own = ['hall', 'den'].map((device) => readingsOf(us.peer, runOf(10), 0, 0, device))
    for (const readings of own) hub.add(us.pack(topic, readings), 'own')
    for (let seed = 10; seed < 20; seed++) {
      const other = createSealer(testSigner(seed), allQuantities)
      hub.add(other.pack(topic, readingsOf(other.peer, runOf(10), 0, 0)), 'gossip')
    }
    t.equal(hub.latest(({ peer }) => peer === us.peer).length, 2)
    t.equal(hub.latest().length, limits.series)
  })

  test.test('a newcomer finds room among as many authors as there may be series', async (t) => {
    const { hub } = hubOver(make(t), false)
    for (let seed = 10; seed < 20; seed++) {
      const other = createSealer(testSigner(seed), allQuantities)
      const sealed = other.pack(topic, readingsOf(other.peer, runOf(10), 0, 0))
      t.equal(hub.add(sealed, 'gossip').length, 1)
      t.equal(hub.add(sealed, 'gossip').length, 0, 'and is known from then on')
      t.equal(hub.latest(({ peer }) => peer === other.peer).length, 1)
    }
  })

  test.test('a pack of more series than an author’s share is passed on whole', async (t) => {
    const { hub } = hubOver(make(t), false)
    hub.add(us.pack(topic, readingsOf(us.peer, runOf(10), 0, 0, 'hall')), 'gossip')
    const counts: number[] = []
    hub.subscribe({ onSealed: ({ fresh }) => counts.push(fresh.length) })
    const readings = ['a', 'b', 'c', 'd'].flatMap((device) => readingsOf(them.peer, runOf(10), 0, 0, device))
    hub.add(them.pack(topic, readings), 'gossip')
    t.same(counts, [4])
    t.equal(hub.latest().length, limits.series)
  })

  test.test('nothing is counted twice: 30 random deliveries', async (t) => {
    const random = seeded(8)
    const below = (n: number): number => Math.floor(random() * n)
    for (let round = 0; round < 30; round++) {
      const { hub } = hubOver(make(t), round % 2 === 0)
      const counted = new Set<string>()
      const sent = new Set<string>()
      for (let i = 0; i < 30; i++) {
        const from = below(60)
        const readings = readingsOf(them.peer, runOf(10 + below(3)), from, from + below(9))
        for (const { position } of readings) sent.add(`${position.epoch}.${position.seq}`)
        const sealed = below(2) === 0 ? them.pack(topic, readings) : them.block(topic, readings)
        for (const { position } of hub.add(sealed, 'gossip')) {
          const key = `${position.epoch}.${position.seq}`
          if (counted.has(key)) return t.fail(`${key} came twice`)
          counted.add(key)
        }
      }
      if (counted.size !== sent.size) return t.equal(counted.size, sent.size, `round ${round}`)
    }
    return t.pass()
  })
}
