import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock, withDeadline } from '../../src/clock.ts'
import { connectControl } from '../../src/node/control/client.ts'
import { type Bench, type Column, Missing, type Row, type Setting, type Table } from '../frame/bench.ts'
import { besides } from '../frame/contenders.ts'
import { type Counts, countsOf, memoryOf } from '../frame/proc.ts'
import { Worker } from '../frame/worker.ts'
import { jsSide } from '../peers/contenders.ts'
import { DEADLINE, type MeasuredNode, startKith, startNodeTimer } from './processes.ts'

export interface Idle {
  readonly pid: number
  stop(): Promise<void>
}

/** What idles, and how it is started; two that are started together are neighbours. */
export interface IdleContender {
  readonly name: string
  /** @throws Missing where it is not here */
  start(): Promise<readonly Idle[]>
}

export interface IdleTimes {
  /** Milliseconds from the start until the measuring begins, and that are measured. */
  readonly settle: number
  readonly time: number
}

/** With a compile cache that the first start fills, as an installation has one. */
const SENSOR = ['sensors=[{ type: tmp102, name: air, bus: i2c-1, interval: 1s }]']
const SHELL = 'export NODE_OPTIONS=--max-semi-space-size=2'
const TIMER = 'Node with an empty timer of 1 Hz'

export const idleColumns: readonly Column[] = [
  { name: 'CPU', unit: '% of a core', digits: 2 },
  { name: 'wake-ups', unit: '1/s', digits: 1 },
  { name: 'threads' },
  { name: 'RSS', unit: 'MB', digits: 1 },
  { name: 'PSS', unit: 'MB', digits: 1 },
  { name: 'own', unit: 'MB', digits: 1 },
  { name: 'written', unit: 'KB an hour', digits: 0 },
  { name: 'CPU', unit: 'x the timer', digits: 2 }
]

export const idle: Bench = {
  name: 'idle',
  what: 'Nothing happens but one simulated sensor at 1 Hz: processor, wake-ups, memory, bytes written.',
  async measure({ codes, isFull, tell }: Setting): Promise<Table[]> {
    const times = isFull ? { settle: 30_000, time: 120_000 } : { settle: 10_000, time: 20_000 }
    tell(`idle, ${(times.settle + times.time) / 1000} s`)
    const all = [
      bareTimer,
      matter,
      ...codes.flatMap(({ name, kith }) => [alone(name, kith), neighbours(name, kith)])
    ]
    const rows = await measureIdle(all, times)
    const conditions = [`over ${times.time / 1000} s after ${times.settle / 1000} s, all at the same time`]
    return [{ title: 'Idle', conditions, columns: idleColumns, rows }]
  }
}

export const bareTimer: IdleContender = { name: TIMER, start: async () => [await startNodeTimer()] }

/** The simplest device of Matter, a thermometer, whose value is set once a second. */
export const matter: IdleContender = {
  name: 'matter.js, a thermometer at 1 Hz',
  start: async () => {
    const worker = Worker.run(jsSide('matter', {}, ['@matter/main']).command())
    const folder = mkdtempSync(join(tmpdir(), 'kith-bench-'))
    const stop = async (): Promise<void> => {
      await worker.stop()
      rmSync(folder, { recursive: true, force: true })
    }
    try {
      await worker.call('start', { folder })
      return [{ pid: worker.pid, stop }]
    } catch (error) {
      await stop()
      throw error
    }
  }
}

export function alone(code: string, program: string): IdleContender {
  const start = async (): Promise<Idle[]> => [await startKith(SENSOR, { program, shell: SHELL })]
  return { name: `kith, ${code}`, start }
}

export function neighbours(code: string, program: string): IdleContender {
  return {
    name: `kith, ${code}, with a neighbour`,
    start: async () => {
      const one = await startKith(SENSOR, { program, shell: SHELL })
      try {
        const other = await startKith(SENSOR, { program, shell: SHELL })
        await introduce(one, other)
        return [one, other]
      } catch (error) {
        await one.stop()
        throw error
      }
    }
  }
}

/** All in the same time; a row of the first process of each. */
export async function measureIdle(
  contenders: readonly IdleContender[],
  { settle, time }: IdleTimes
): Promise<Row[]> {
  const starts = await Promise.allSettled(contenders.map((one) => one.start()))
  const running = starts.flatMap((start) => (start.status === 'fulfilled' ? start.value : []))
  try {
    for (const start of starts)
      if (start.status === 'rejected' && !(start.reason instanceof Missing)) throw start.reason
    await systemClock.sleep(settle)
    const before = new Map(running.map(({ pid }) => [pid, countsOf(pid)]))
    const began = performance.now()
    await systemClock.sleep(time)
    const seconds = (performance.now() - began) / 1000
    const rows = starts.map((start, index) => {
      const name = contenders[index]?.name ?? ''
      if (start.status === 'rejected') return { name, figures: [], missing: String(start.reason.message) }
      const pid = start.value[0]?.pid ?? 0
      return { name, figures: figuresOf(pid, before.get(pid), seconds) }
    })
    return besides(rows, TIMER)
  } finally {
    await Promise.all(running.map((one) => one.stop()))
  }
}

function figuresOf(pid: number, before: Counts | undefined, seconds: number): number[] {
  const after = countsOf(pid)
  const { rss, pss, anonymous } = memoryOf(pid)
  const rate = (of: (counts: Counts) => number): number =>
    before === undefined ? Number.NaN : (of(after) - of(before)) / seconds
  return [
    rate(({ processor }) => processor) / 10,
    rate(({ wakeups }) => wakeups),
    after.threads,
    rss / 2 ** 20,
    pss / 2 ** 20,
    anonymous / 2 ** 20,
    (3600 * rate(({ written }) => written)) / 1024
  ]
}

/** Adds each to the other's address book, and waits until they are connected. */
async function introduce(one: MeasuredNode, other: MeasuredNode): Promise<void> {
  const control = await connectControl(one.home, systemClock)
  if (control === undefined) throw new Error('nobody answers at the control socket')
  try {
    await control.bookPut({ name: 'other', who: other.addresses[0] ?? '' })
    await withDeadline(systemClock, DEADLINE, 'the neighbour', async (signal) => {
      while (!(await control.peers()).some(({ connected }) => connected)) await systemClock.sleep(50, signal)
    })
  } finally {
    await control.close()
  }
}
