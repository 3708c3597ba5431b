import { once } from 'node:events'
import t from 'tap'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { silentLog } from '../../../src/log.ts'
import type { BackfillTask } from '../../../src/protocol/replication/backfill.ts'
import { BEGINNING } from '../../../src/protocol/replication/constants.ts'
import { Replicator, type ReplicatorComponents } from '../../../src/protocol/replication/replicator.ts'
import type { HeldRun, RowRange } from '../../../src/reading/history/history.ts'
import type { Reading } from '../../../src/reading/reading.ts'
import type { Position } from '../../../src/reading/run.ts'
import type { SealedReadings } from '../../../src/reading/signed/sealed.ts'
import { readingOf, testSigner } from '../../support/readings.ts'

const author = testSigner(7).peer
const other = testSigner(9).peer
const stranger = testSigner(8).peer
const boot = '0011223344556677'
const MINUTE = 60_000

function sealedOf(
  kind: SealedReadings['kind'],
  peer: string,
  epoch: number,
  ...seqs: number[]
): SealedReadings {
  const readings = seqs.map((seq) => readingOf(peer, { position: { epoch, boot, seq } }))
  return { kind, topic: '/sensor/temp/v1', author: peer, bytes: Uint8Array.from(seqs), readings }
}

/** A pack of the author's series of that number. */
function ofSeries(n: number, ...seqs: number[]): SealedReadings {
  const sealed = sealedOf('pack', author, 1, ...seqs)
  return { ...sealed, readings: sealed.readings.map((one) => ({ ...one, series: `${one.series}${n}` })) }
}

/** What was put, block before pack, one series. */
class Shelf {
  readonly put: SealedReadings[] = []
  /** How often it was read. */
  reads = 0

  unsealed: RowRange[] = []
  waiting: RowRange[] = []

  series(): string[] {
    this.reads++
    return [...new Set(this.#readings().map((reading) => reading.series))]
  }

  held(name: string): HeldRun[] {
    this.reads++
    const own = this.#readings().filter(({ series }) => series === name)
    const runs = Map.groupBy(own, ({ position }) => position.epoch)
    return [...runs].map(([epoch, readings]) => {
      const seqs = readings.map(({ position }) => position.seq).sort((a, b) => a - b)
      return { run: { epoch, boot }, ranges: seqs.map((seq) => [seq, seq] as const) }
    })
  }

  firstPack(): Position | undefined {
    const packs = this.put.filter(({ kind }) => kind === 'pack')
    return packs[0]?.readings[0]?.position
  }

  #readings(): Reading[] {
    return this.put.flatMap(({ readings }) => readings)
  }
}

function bench(answer: (task: BackfillTask, shelf: Shelf['put']) => boolean | Promise<boolean>) {
  const clock = new VirtualClock()
  const shelf = new Shelf()
  const asked: string[] = []
  const connected = new Set<string>()
  const options = {
    period: 10_000,
    compactPeriod: 20 * MINUTE,
    min: 1000,
    max: 5 * MINUTE,
    alive: 30_000,
    gaps: 16,
    unfillable: 16
  }
  const network = new EventTarget()
  const replicator = new Replicator(
    {
      clock,
      log: silentLog,
      random: () => 0,
      network: network as unknown as ReplicatorComponents['network'],
      history: {
        put: (sealed) => void shelf.put.push(sealed),
        held: (series) => shelf.held(series),
        unsealed: () => shelf.unsealed,
        waiting: () => shelf.waiting,
        firstPack: () => shelf.firstPack(),
        series: () => shelf.series()
      },
      keeps: (series) => !series.startsWith(stranger),
      isConnected: (peer) => connected.has(peer),
      backfill: {
        refuses: () => false,
        returned: () => {},
        async ask(task, signal) {
          const { from, to } = task.missing
          if (from.boot === BEGINNING.boot) return true
          asked.push(
            `${from.epoch}.${from.seq}-${to ?? ''}${task.authorOnly === true ? ' of the author' : ''}`
          )
          const stopped = once(signal, 'abort').then(() => Promise.reject(new Error('stopped')))
          return await Promise.race([answer(task, shelf.put), stopped])
        }
      }
    },
    { options }
  )
  replicator.start()
  t.teardown(() => replicator.stop())
  const connect = (peer: string): void =>
    void network.dispatchEvent(new CustomEvent('peer:connect', { detail: peer }))
  return { clock, shelf, asked, replicator, connected, connect }
}

t.test('what is kept is written at once, what is not is not', async (t) => {
  const { shelf, replicator } = bench(() => true)
  t.equal(replicator.take(sealedOf('pack', author, 1, 0)), true)
  t.equal(replicator.take(sealedOf('pack', stranger, 1, 0)), false)
  t.equal(shelf.put.length, 1)
})

t.test('gaps are asked for, the newest first', async (t) => {
  const { clock, asked, shelf, replicator } = bench((task, put) => {
    const { from, to = from.seq } = task.missing
    for (let seq = from.seq; seq <= to; seq++) put.push(sealedOf('pack', author, from.epoch, seq))
    return true
  })
  replicator.take(sealedOf('pack', author, 1, 0, 3, 6))
  await clock.advance(25_000)
  t.same(asked, ['1.4-5', '1.1-2'])
  t.equal(shelf.held(shelf.series()[0] ?? '')[0]?.ranges.length, 7)
  await clock.advance(5 * MINUTE)
  t.equal(asked.length, 2, 'nothing is missing any more')
})

t.test(
  'how far an earlier run went is asked once, and so is a gap that its author cannot fill',
  async (t) => {
    const { clock, asked, replicator } = bench(() => true)
    replicator.take(sealedOf('pack', author, 1, 0, 2))
    replicator.take(sealedOf('pack', author, 2, 0))
    await clock.advance(5 * MINUTE)
    t.same(asked, ['1.3-', '1.1-1'])
  }
)

t.test('an author who does not answer is left in peace, longer and longer', async (t) => {
  const { clock, asked, replicator } = bench(() => false)
  replicator.take(sealedOf('pack', author, 1, 0, 2))
  await clock.advance(2 * MINUTE)
  const atFirst = asked.length
  t.ok(atFirst >= 5 && atFirst <= 8, `${atFirst} in two minutes`)
  await clock.advance(17 * MINUTE)
  t.ok(asked.length - atFirst <= 6, `${asked.length - atFirst} in seventeen minutes`)
})

t.test('an author who publishes meanwhile is left in peace for half a minute at most', async (t) => {
  const { clock, asked, replicator, connected } = bench(() => false)
  replicator.take(sealedOf('pack', author, 1, 0, 2))
  await clock.advance(20 * MINUTE)
  const before = asked.length
  replicator.heard(author)
  await clock.advance(MINUTE)
  t.equal(asked.length, before, 'not where it is heard over others alone')
  connected.add(author)
  await clock.advance(5 * MINUTE)
  const until = asked.length
  for (let seconds = 0; seconds < 120; seconds += 10) {
    replicator.heard(author)
    await clock.advance(10_000)
  }
  t.ok(asked.length - until >= 3, `${asked.length - until} in two minutes`)
  t.ok(asked.length - until <= 5, `${asked.length - until} in two minutes`)
})

t.test('what others have of a silent author comes, though they have not the newest', async (t) => {
  const { clock, asked, replicator, shelf, connect } = bench((task, put) => {
    if (task.missing.from.seq !== 1) return false
    put.push(sealedOf('pack', author, 1, 1))
    task.onReadings(sealedOf('pack', author, 1, 1).readings, false)
    return false
  })
  connect(author)
  replicator.take(sealedOf('pack', author, 1, 0, 2, 4))
  connect(stranger)
  await clock.advance(MINUTE)
  t.ok(asked.includes('1.5-'), 'nobody has what comes after all')
  t.ok(asked.includes('1.3-3'), 'nor the newer gap')
  t.same(
    shelf.held(shelf.series()[0] ?? '')[0]?.ranges.flatMap(([seq]) => seq),
    [0, 1, 2, 4]
  )
})

t.test('an author who is silent for long delays no other', async (t) => {
  const { clock, asked, replicator } = bench((task) =>
    task.series.startsWith(author) ? new Promise(() => undefined) : true
  )
  for (const peer of [author, other]) replicator.take(sealedOf('pack', peer, 1, 0, 2))
  await clock.advance(15_000)
  t.same(asked, ['1.1-1', '1.1-1'])
  replicator.take(sealedOf('pack', other, 1, 4))
  replicator.take(sealedOf('pack', author, 1, 4))
  await clock.advance(15_000)
  t.same(asked, ['1.1-1', '1.1-1', '1.3-3'], 'of the other, whose gap came meanwhile')
})

t.test('an author of whom much is missing leaves room for the others', async (t) => {
  const tasks: string[] = []
  const { clock, replicator } = bench(({ series }) => {
    tasks.push(series.startsWith(author) ? 'author' : 'other')
    return true
  })
  replicator.take(sealedOf('pack', author, 1, ...Array.from({ length: 30 }, (_, i) => 2 * i)))
  replicator.take(sealedOf('pack', other, 1, 0, 2, 4))
  await clock.advance(10_000)
  t.same(
    tasks.toSorted(),
    [...Array<string>(6).fill('author'), 'other', 'other'],
    'of eight places, half of all'
  )
})

t.test('nobody has what comes after a series: of the others it is asked in another round', async (t) => {
  const { clock, asked, replicator, connect } = bench(() => false)
  for (let n = 0; n < 6; n++) replicator.take(ofSeries(n, 10 * n))
  replicator.take(ofSeries(6, 0, 2))
  connect(stranger)
  await clock.advance(10_000)
  t.same(asked, ['1.1-', '1.1-1'], 'one end, one gap')
  await clock.advance(10_000)
  t.same(asked.slice(2), ['1.11-', '1.1-1'], 'another end')
})

t.test('of an author of many series that is away, the gaps are asked for as well', async (t) => {
  const { clock, asked, replicator, connect } = bench(() => false)
  for (let n = 0; n < 20; n++) replicator.take(ofSeries(n, 10 * n))
  replicator.take(ofSeries(20, 200, 202))
  connect(stranger)
  await clock.advance(10_000)
  t.same(asked, ['1.1-', '1.201-201'])
})

t.test('what comes after is asked for again where the question could not be asked', async (t) => {
  let isBusy = true
  const { clock, asked, replicator, connect } = bench(() =>
    isBusy ? Promise.reject(new Error('too many gaps wait')) : true
  )
  replicator.take(sealedOf('pack', author, 1, 0))
  connect(author)
  await clock.advance(10_000)
  isBusy = false
  await clock.advance(10_000)
  t.same(asked, ['1.1-', '1.1-'])
})

t.test('who connects costs no look into history, and ends the rest of no other author', async (t) => {
  const { clock, asked, replicator, shelf, connect } = bench(() => false)
  replicator.take(sealedOf('pack', author, 1, 0, 2))
  while (asked.length < 8) await clock.advance(10_000)
  const before = asked.length
  shelf.reads = 0
  for (let i = 0; i < 100; i++) connect(stranger)
  t.equal(shelf.reads, 0)
  await clock.advance(10_000)
  t.equal(asked.length, before, 'the author rests')
  t.equal(shelf.reads, 1, 'what is held of it is not looked at')
})

t.test('an answer of many items is not compared with history at each of them', async (t) => {
  const stops: boolean[] = []
  const { clock, replicator, shelf } = bench((task) => {
    shelf.reads = 0
    for (let seq = 1; seq <= 100; seq++) {
      task.onReadings(sealedOf('pack', author, 1, seq).readings, true)
      stops.push(task.shouldStop())
    }
    t.equal(shelf.reads, 0)
    return true
  })
  replicator.take(sealedOf('pack', author, 1, 0, 100))
  await clock.advance(10_000)
  t.equal(stops.indexOf(true), 98, 'with the last that is missing')
})

t.test('who was away may have gone on: its author is asked what came after', async (t) => {
  const { clock, asked, replicator, connected, connect } = bench(() => true)
  replicator.take(sealedOf('pack', author, 1, 0, 1))
  connected.add(author)
  connect(stranger)
  await clock.advance(30_000)
  t.same(asked, [], 'not while the author is here and says so itself')
  connect(author)
  await clock.advance(30_000)
  t.same(asked, ['1.2-'], 'once')
})

t.test('while the author is away, whoever comes is asked what came after', async (t) => {
  const { clock, asked, replicator, connected, connect } = bench(() => connected.has(author))
  replicator.take(sealedOf('pack', author, 1, 0, 1))
  connect(stranger)
  await clock.advance(10 * MINUTE)
  const before = asked.length
  t.ok(before >= 2 && before < 20, `${before} times, longer and longer apart`)
  connected.add(author)
  connect(author)
  await clock.advance(MINUTE)
  t.equal(asked.length, before + 1, 'until the author has answered')
})

t.test('packs are replaced by the blocks of their author', async (t) => {
  const { clock, asked, shelf, replicator } = bench((task, put) => {
    put.splice(0, put.length, sealedOf('block', author, task.missing.from.epoch, 0, 1, 2))
    return true
  })
  replicator.take(sealedOf('pack', author, 1, 0))
  replicator.take(sealedOf('pack', author, 1, 1))
  await clock.advance(41 * MINUTE)
  t.same(asked, ['1.0- of the author'])
  t.same(
    shelf.put.map(({ kind }) => kind),
    ['block']
  )
})

t.test(
  'an author is asked for the blocks of what waits for them, once it is there to be asked',
  async (t) => {
    let hasBlock = true
    const { clock, asked, shelf, replicator, connected } = bench((task, put) => {
      if (hasBlock) put.splice(0, put.length, sealedOf('block', author, 1, 0))
      task.onReadings(sealedOf('block', author, 1, 255).readings, true)
      return task.shouldStop()
    })
    replicator.take(sealedOf('pack', author, 1, 0))
    const [series = ''] = shelf.series()
    shelf.waiting = [{ series, run: { epoch: 1, boot }, from: 0, to: 300 }]
    const blocks = (): string[] => asked.filter((one) => one.endsWith('of the author'))
    await clock.advance(30_000)
    t.same(blocks(), [], 'it is not connected')
    connected.add(author)
    await clock.advance(10_000)
    t.same(blocks(), ['1.0-255 of the author'], 'full blocks alone')
    hasBlock = false
    shelf.put.splice(0, shelf.put.length, sealedOf('pack', author, 1, 0))
    shelf.waiting = [{ series, run: { epoch: 1, boot }, from: 0, to: 20 }]
    await clock.advance(30_000)
    t.same(blocks().slice(1), ['1.0-20 of the author'], 'it has none: it is not asked again soon')
    await clock.advance(5 * MINUTE)
    t.equal(blocks().length, 3)
  }
)

t.test('readings whose seals are lost are asked for as gaps are, until somebody has them', async (t) => {
  const { clock, asked, shelf, replicator } = bench(() => {
    shelf.unsealed = []
    return true
  })
  replicator.take(sealedOf('pack', author, 1, 0))
  const [series = ''] = shelf.series()
  shelf.unsealed = [{ series, run: { epoch: 1, boot }, from: 0, to: 0 }]
  await clock.advance(60_000)
  t.same(asked, ['1.0-0'])
})

t.test('while a question goes on, no looks gather behind it', async (t) => {
  let answered: (answer: boolean) => void = () => {}
  const { clock, asked, replicator } = bench(
    () =>
      new Promise((resolve) => {
        answered = resolve
      })
  )
  replicator.take(sealedOf('pack', author, 5, 0, 3, 6))
  await clock.advance(100_000)
  t.same(asked, ['5.4-5'], 'ten looks were due')
  answered(true)
  await clock.advance(0)
  t.same(asked, ['5.4-5', '5.1-2'], 'the first goes on')
  answered(true)
  await clock.advance(9_000)
  t.equal(asked.length, 2, 'no other waited behind it')
  await clock.advance(1_000)
  answered(true)
})

t.test('stopped, it asks nothing more', async (t) => {
  const { clock, asked, replicator } = bench(() => true)
  replicator.take(sealedOf('pack', author, 1, 0, 2))
  await replicator.stop()
  await clock.advance(60 * MINUTE)
  t.same(asked, [])
  t.equal(clock.pending, 0)
})
