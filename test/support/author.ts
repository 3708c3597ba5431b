import type { Clock } from '../../src/clock.ts'
import type { ClockStatus } from '../../src/hal/time-source.ts'
import { silentLog } from '../../src/log.ts'
import { type Audience, Author, type AuthorOptions } from '../../src/reading/author/author.ts'
import type { OwnHistory } from '../../src/reading/history/history.ts'
import type { Reading, Sample } from '../../src/reading/reading.ts'
import type { Run } from '../../src/reading/run.ts'
import type { SealedReadings } from '../../src/reading/signed/sealed.ts'
import { runOf, topic, us } from './history.ts'
import { allQuantities } from './readings.ts'

export interface Delivered {
  readonly pack: SealedReadings
  readonly audience: Audience
  readonly at: number
}

/** An author whose packs and history are kept in lists. */
export function authorBench(clock: Clock, changes: Partial<AuthorOptions> = {}) {
  const delivered: Delivered[] = []
  const kept: Reading[] = []
  const runs: { run: Run; unix: number | null }[] = []
  const anchors: { run: Run; mono: number; unix: number | null }[] = []
  const bench = { status: { quality: 0, errorBound: 0.05, offset: 0 } as ClockStatus }
  let epoch = 100
  const history: OwnHistory = {
    beginRun: (run, { unix }) => runs.push({ run, unix }),
    anchor: (run, { mono, unix }) => anchors.push({ run, mono, unix }),
    appendOwn: (readings) => kept.push(...readings)
  }
  const options: AuthorOptions = {
    clock,
    log: silentLog,
    sealer: us,
    quantities: allQuantities,
    epochs: {
      begin: () => runOf(epoch++),
      raise: (seen) => {
        epoch = Math.max(epoch, seen + 1)
      }
    },
    time: () => bench.status,
    topicsOf: (quantity) => (quantity === 'temperature' ? [{ topic, maxPayload: 1024 }] : []),
    isPrivate: (device) => device === 'bedroom',
    history,
    deliver: (pack, audience) => delivered.push({ pack, audience, at: clock.monotonic() }),
    limits: { pace: 1000, waiting: 256 },
    ...changes
  }
  return Object.assign(bench, { author: new Author(options), delivered, kept, runs, anchors })
}

export function sampleOf(clock: Clock, value: number, device = 'hall'): Sample {
  return { device, quantity: 'temperature', at: clock.monotonic(), interval: 1, value }
}
