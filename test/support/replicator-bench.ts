import { once } from 'node:events'
import type { Test } from 'tap'
import { VirtualClock } from '../../src/hal/simulated/virtual-clock.ts'
import { silentLog } from '../../src/log.ts'
import type { BackfillTask } from '../../src/protocol/replication/backfill.ts'
import { BEGINNING } from '../../src/protocol/replication/constants.ts'
import { Replicator, type ReplicatorComponents } from '../../src/protocol/replication/replicator.ts'
import type { HeldRun, RowRange } from '../../src/reading/history/history.ts'
import type { Reading } from '../../src/reading/reading.ts'
import type { Position } from '../../src/reading/run.ts'
import type { SealedReadings } from '../../src/reading/signed/sealed.ts'
import { readingOf, testSigner } from './readings.ts'

export const author = testSigner(7).peer
export const other = testSigner(9).peer
export const stranger = testSigner(8).peer
export const boot = '0011223344556677'
export const MINUTE = 60_000

export function sealedOf(
  kind: SealedReadings['kind'],
  peer: string,
  epoch: number,
  ...seqs: number[]
): SealedReadings {
  const readings = seqs.map((seq) => readingOf(peer, { position: { epoch, boot, seq } }))
  return { kind, topic: '/sensor/temp/v1', author: peer, bytes: Uint8Array.from(seqs), readings }
}

/** A pack of the author's series of that number. */
export function ofSeries(n: number, ...seqs: number[]): SealedReadings {
  const sealed = sealedOf('pack', author, 1, ...seqs)
  return { ...sealed, readings: sealed.readings.map((one) => ({ ...one, series: `${one.series}${n}` })) }
}

/** What was put, block before pack, one series. */
export class Shelf {
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

/** A Replicator over a Shelf; `answer` is what asking brings. */
export function replicatorBench(
  t: Test,
  answer: (task: BackfillTask, shelf: Shelf['put']) => boolean | Promise<boolean>
) {
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
