/**
 * Minutes of a gateway with many light devices and three whole ones, of which one is restarted and the link of another
 * is lost for a while: nothing may be missing at the end.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Column, Table } from '../frame/bench.ts'
import type { Code } from '../frame/code.ts'
import { memoryOf } from '../frame/proc.ts'
import { summarize } from '../frame/statistics.ts'
import { Worker } from '../frame/worker.ts'
import type { Ended, Usage } from './gateway.ts'
import { type Came, compare, connect, FLAGS, type Sent, START } from './gateway-bench.ts'
import { countOf, type Held, lacking } from './held.ts'
import { Link } from './link.ts'

export interface CheckTimes {
  /** Milliseconds: in all, that the restarted device and the link are away, and for what is missing at the end. */
  readonly time: number
  readonly away: number
  readonly repair: number
}

const columns: readonly Column[] = [
  { name: 'readings' },
  { name: 'lost' },
  { name: 'CPU', unit: '% of a core', digits: 1 },
  { name: 'RSS', unit: 'MB' },
  { name: 'RSS, most', unit: 'MB' },
  { name: 'p50', unit: 'ms', digits: 1 },
  { name: 'p99', unit: 'ms', digits: 1 },
  { name: 'written', unit: 'B a reading', digits: 0 },
  { name: 'kept', unit: 'B a reading', digits: 0 }
]
const WHOLE = ['whole, undisturbed', 'whole, restarted', 'whole, link lost'] as const
/** Milliseconds between two looks at the memory, and until what was missed must be there. */
const LOOK = 2_000
/** Milliseconds in which the last readings arrive. */
const LAST = 5_000
export const timesOf = (minutes: number): CheckTimes => ({
  time: 60_000 * minutes,
  away: 30_000,
  repair: 120_000
})

interface Whole {
  readonly name: string
  readonly home: string
  readonly peer: string
  worker: Worker
}

export async function checkGateway(
  code: Code,
  size: number,
  times: CheckTimes,
  tell: (line: string) => void
): Promise<Table> {
  const folder = mkdtempSync(join(tmpdir(), 'kith-bench-'))
  const node = Worker.node(code.program('gateway/gateway.ts'), { flags: FLAGS, processor: 0 })
  const others = Worker.node(code.program('gateway/devices.ts'), { processor: 1 })
  const wholes: Whole[] = []
  let link: Link | undefined
  try {
    const address = await connect(node, others, join(folder, 'home'), size)
    link = new Link(Number(/\/tcp\/(\d+)/.exec(address)?.[1]))
    const linked = address.replace(/\/tcp\/\d+/, `/tcp/${await link.open()}`)
    for (const [i, name] of WHOLE.entries()) {
      const home = join(folder, `whole-${i}`)
      wholes.push(await startWhole(code, name, home, i === 2 ? linked : address))
      await node.call('befriend', { name: `whole-${i}`, peer: wholes[i]?.peer }, START)
    }
    const watch = watched(node, times.time)
    await disturb(code, wholes, link, times, tell)
    const { cpu, rss, most } = await watch
    const sent = await others.call<Sent>('stop')
    await delay(LAST)
    const { count, times: latencies } = compare(sent, await node.call<Came>('arrived'))
    const { p50, p99 } = summarize(latencies)
    const repaired = await repairedOf(node, wholes, times.repair)
    const { readings, disk, kept } = await node.call<Ended>('end')
    const light = [
      count,
      count - latencies.length,
      cpu,
      rss,
      most,
      p50,
      p99,
      disk / readings,
      kept / readings
    ]
    const rows = [
      { name: `${size} light devices`, figures: light },
      ...repaired.map(({ name, have, lost }) => ({ name, figures: [have, lost.length] }))
    ]
    const failures = [
      ...(count > latencies.length ? [`light devices: ${count - latencies.length} lost`] : []),
      ...repaired.flatMap(({ name, lost }) =>
        lost.length === 0 ? [] : [`${name}: ${lost.length} lost, the first ${lost[0]}`]
      )
    ]
    const conditions = [
      `${times.time / 60_000} min; restart and link away for ${times.away / 1000} s each; ${FLAGS.join(' ')}`
    ]
    return { title: `Gateway, ${code.name}, a check`, conditions, columns, rows, failures }
  } finally {
    link?.close()
    await Promise.all([node, others, ...wholes.map(({ worker }) => worker)].map((one) => one.stop()))
    rmSync(folder, { recursive: true, force: true })
  }
}

async function startWhole(code: Code, name: string, home: string, address: string): Promise<Whole> {
  const worker = Worker.node(code.program('gateway/whole.ts'), { processor: 1 })
  return { name, home, worker, peer: await worker.call<string>('start', { home, address }) }
}

/** At a quarter of the time one device is stopped, at the half a link is cut; each comes back after a while. */
async function disturb(
  code: Code,
  [, restarted]: readonly Whole[],
  link: Link,
  { time, away }: CheckTimes,
  tell: (line: string) => void
): Promise<void> {
  await delay(time / 4)
  tell('a device is stopped')
  await restarted?.worker.stop()
  await delay(away)
  tell('it is started again')
  if (restarted !== undefined) {
    restarted.worker = Worker.node(code.program('gateway/whole.ts'), { processor: 1 })
    await restarted.worker.call('start', { home: restarted.home })
  }
  await delay(Math.max(0, time / 4 - away))
  tell('a link is cut')
  link.cut()
  await delay(away)
  tell('it is repaired')
  link.repair()
}

async function watched(node: Worker, time: number): Promise<{ cpu: number; rss: number; most: number }> {
  const before = await node.call<Usage>('usage')
  const began = performance.now()
  let most = 0
  while (performance.now() - began < time) {
    await delay(Math.min(LOOK, time))
    most = Math.max(most, memoryOf(node.pid).rss)
  }
  const after = await node.call<Usage>('usage')
  const cpu = (100 * (after.cpu - before.cpu)) / (performance.now() - began)
  return { cpu, rss: memoryOf(node.pid).rss / 2 ** 20, most: most / 2 ** 20 }
}

/** What the devices have that the gateway lacks, once it has had the time to fetch it. */
async function repairedOf(
  node: Worker,
  wholes: readonly Whole[],
  patience: number
): Promise<{ name: string; have: number; lost: readonly string[] }[]> {
  const end = performance.now() + patience
  const own = await Promise.all(wholes.map(({ worker }) => worker.call<Held>('held')))
  for (;;) {
    const theirs = await Promise.all(wholes.map(({ peer }) => node.call<Held>('held', { author: peer })))
    const all = wholes.map(({ name }, i) => ({
      name,
      have: countOf(own[i] ?? {}),
      lost: lacking(own[i] ?? {}, theirs[i] ?? {})
    }))
    if (all.every(({ lost }) => lost.length === 0) || performance.now() > end) return all
    await delay(1000)
  }
}
