import { UnsupportedProtocolError } from '@libp2p/interface'
import t, { type Test } from 'tap'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { defaultsOf } from '../../../src/limits.ts'
import { silentLog } from '../../../src/log.ts'
import {
  Backfill,
  type HistoryItem,
  type HistoryQuestion
} from '../../../src/protocol/replication/backfill.ts'
import { BackfillQueue } from '../../../src/protocol/replication/backfill-queue.ts'
import {
  backfillLimits,
  providerLimits,
  replicationLimits
} from '../../../src/protocol/replication/limits.ts'
import { ProviderTable } from '../../../src/protocol/replication/provider-table.ts'
import { Replicator, type ReplicatorComponents } from '../../../src/protocol/replication/replicator.ts'
import type { HeldRun } from '../../../src/reading/history/history.ts'
import { rangesOf } from '../../../src/reading/history/range.ts'
import type { SealedReadings } from '../../../src/reading/signed/sealed.ts'
import { readingOf, testSigner } from '../../support/readings.ts'

const boot = '0011223344556677'
const SECOND = 1000

/** One who measures once a second, and has all of it. */
class Device {
  readonly peer: string
  readonly series: string
  /** Numbers of readings by run. */
  readonly measured = new Map<number, number>()
  epoch = 1
  isRunning = true
  isLinked = true

  constructor(n: number) {
    this.peer = testSigner(n).peer
    this.series = readingOf(this.peer).series
  }

  measure(): SealedReadings {
    const seq = this.measured.get(this.epoch) ?? 0
    this.measured.set(this.epoch, seq + 1)
    return this.pack(this.epoch, seq)
  }

  pack(epoch: number, seq: number): SealedReadings {
    const readings = [readingOf(this.peer, { position: { epoch, boot, seq } })]
    return { kind: 'pack', topic: '/sensor/temp/v1', author: this.peer, bytes: new Uint8Array(), readings }
  }

  *history({ from, to }: HistoryQuestion): Generator<HistoryItem> {
    for (const [epoch, count] of this.measured)
      for (let seq = 0; seq < count; seq++) {
        if (from !== undefined && (epoch < from.epoch || (epoch === from.epoch && seq < from.seq))) continue
        if (to !== undefined && (epoch !== from?.epoch || seq > to)) return
        yield { sealed: this.pack(epoch, seq) }
      }
  }
}

/** How those answer a request for history who are not whole. */
type Light = 'refuses' | 'is silent'

function gateway(t: Test, lights: number, light: Light) {
  const clock = new VirtualClock()
  const stored = new Map<string, Map<number, Set<number>>>()
  const lightOnes = Array.from({ length: lights }, (_, i) => new Device(100 + i))
  const whole = [new Device(1), new Device(2)] as const
  const all = new Map([...lightOnes, ...whole].map((device) => [device.peer, device]))
  const asked = { light: 0 }
  const put = ({ readings }: SealedReadings): void => {
    for (const { series, position } of readings) {
      const runs = stored.get(series) ?? new Map<number, Set<number>>()
      stored.set(series, runs.set(position.epoch, (runs.get(position.epoch) ?? new Set()).add(position.seq)))
    }
  }
  const held = (series: string): HeldRun[] =>
    Array.from(stored.get(series) ?? [], ([epoch, seqs]) => {
      const readings = [...seqs]
        .sort((a, b) => a - b)
        .map((seq) => readingOf('', { series, position: { epoch, boot, seq } }))
      return { run: { epoch, boot }, ranges: rangesOf(readings).map(({ from, to }) => [from, to] as const) }
    })
  const isConnected = (peer: string): boolean => {
    const device = all.get(peer)
    return device?.isRunning === true && device.isLinked
  }
  const backfill = new Backfill({
    clock,
    log: silentLog,
    queue: new BackfillQueue(clock, defaultsOf(backfillLimits)),
    source: {
      async *history(peer, question) {
        const device = all.get(peer)
        if (device === undefined || !isConnected(peer)) throw new Error('it is away')
        if (device === whole[0] || device === whole[1]) {
          if (device.series === question.series) yield* device.history(question)
          return
        }
        asked.light += 1
        if (light === 'is silent') await new Promise(() => undefined)
        throw new UnsupportedProtocolError()
      }
    },
    providers: new ProviderTable(defaultsOf(providerLimits)),
    others: () => [...all.keys()].filter(isConnected),
    max: 3,
    silence: 10 * SECOND,
    fruitless: 60 * SECOND,
    receive: put
  })
  const network = new EventTarget()
  const replicator = new Replicator(
    {
      clock,
      log: silentLog,
      random: () => 0,
      network: network as unknown as ReplicatorComponents['network'],
      history: {
        put,
        held,
        unsealed: () => [],
        waiting: () => [],
        firstPack: () => undefined,
        series: () => [...stored.keys()]
      },
      keeps: () => true,
      isConnected,
      backfill
    },
    { options: defaultsOf(replicationLimits) }
  )
  const connect = ({ peer }: Device): void =>
    void network.dispatchEvent(new CustomEvent('peer:connect', { detail: peer }))
  replicator.start()
  t.teardown(() => replicator.stop())
  let second = 0
  return {
    whole,
    asked,
    connect,
    connectAll: () => [...all.values()].forEach(connect),
    /** Each measures once a second; of the light ones one reading in ten is lost on its way. */
    async pass(seconds: number): Promise<void> {
      for (const end = second + seconds; second < end; second++) {
        for (const [i, device] of [...all.values()].entries()) {
          if (!device.isRunning) continue
          const pack = device.measure()
          const isLost = i < lights && (second + i) % 10 === 9
          if (!device.isLinked || isLost) continue
          put(pack)
          replicator.heard(device.peer)
        }
        await clock.advance(SECOND)
      }
    },
    /** What was measured and is not stored, the newest five seconds left out. */
    lacking: ({ series, measured, epoch }: Device): string[] =>
      [...measured].flatMap(([run, count]) =>
        Array.from({ length: run === epoch ? count - 5 : count }, (_, seq) => seq)
          .filter((seq) => stored.get(series)?.get(run)?.has(seq) !== true)
          .map((seq) => `${run}/${seq}`)
      )
  }
}

for (const light of ['refuses', 'is silent'] as const)
  t.test(`whoever ${light} keeps no place from those who answer`, async (t) => {
    const { whole, asked, connect, connectAll, pass, lacking } = gateway(
      t,
      light === 'refuses' ? 100 : 50,
      light
    )
    const [restarted, cut] = whole
    await pass(5)
    connectAll()
    await pass(60)
    restarted.isRunning = false
    await pass(20)
    Object.assign(restarted, { isRunning: true, isLinked: false, epoch: 2 })
    await pass(5)
    restarted.isLinked = true
    connect(restarted)
    cut.isLinked = false
    await pass(30)
    cut.isLinked = true
    connect(cut)
    await pass(60)
    t.same(lacking(restarted), [], 'who was restarted')
    t.same(lacking(cut), [], 'whose link was cut')
    t.comment(`${asked.light} requests in vain`)
    const limit = light === 'refuses' ? 150 : 500
    t.ok(asked.light <= limit, `${asked.light} requests in vain`)
  })
