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
import { summarize } from '../frame/statistics.ts'
import { Worker } from '../frame/worker.ts'
import type { Ended } from './gateway.ts'
import {
  type Came,
  compare,
  connect,
  FLAGS,
  lastColumns,
  type Sent,
  START,
  watched
} from './gateway-bench.ts'
import { countOf, type Held, lacking } from './held.ts'
import { Link } from './link.ts'

export interface CheckTimes {
  /**
   * Milliseconds: in all, that the restarted device and the link are away, in which the last readings arrive, and for what
   * is missing then.
   */
  readonly time: number
  readonly away: number
  readonly last: number
  readonly repair: number
}

const columns: readonly Column[] = [
  { name: 'readings' },
  { name: 'lost' },
  { name: 'CPU', unit: '% of a core', digits: 1 },
  { name: 'RSS', unit: 'MB' },
  { name: 'RSS, most', unit: 'MB' },
  ...lastColumns
]
const WHOLE = ['whole, undisturbed', 'whole, restarted', 'whole, link lost'] as const
/** The part of a reading a second of each device that must have been published: a loaded machine comes late. */
const PUBLISHED = 0.9
export const timesOf = (minutes: number): CheckTimes => ({
  time: 60_000 * minutes,
  away: 30_000,
  last: 5_000,
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
    const cut = new Link(Number(/\/tcp\/(\d+)/.exec(address)?.[1]))
    link = cut
    const linked = address.replace(/\/tcp\/\d+/, `/tcp/${await cut.open()}`)
    for (const [i, name] of WHOLE.entries()) {
      const home = join(folder, `whole-${i}`)
      wholes.push(await startWhole(code, name, home, i === 2 ? linked : address))
      await node.call('befriend', { name: `whole-${i}`, peer: wholes[i]?.peer }, START)
    }
    const { cpu, rss, most } = await together((signal) => [
      watched(node, times.time, signal),
      disturb(code, wholes, cut, times, tell, signal)
    ])
    const sent = await others.call<Sent>('stop')
    await delay(times.last)
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
      ...lightFailures(count, latencies.length, (size * times.time) / 1000),
      ...repaired.flatMap(wholeFailures)
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

/** @param came of those that were published @param due one a second of each device */
function lightFailures(published: number, came: number, due: number): string[] {
  return [
    ...(published >= PUBLISHED * due ? [] : [`light devices: ${published} published, of ${due}`]),
    ...(came === published ? [] : [`light devices: ${published - came} lost`])
  ]
}

function wholeFailures({ name, have, lost }: Repaired): string[] {
  if (have === 0) return [`${name}: no readings`]
  return lost.length === 0 ? [] : [`${name}: ${lost.length} lost, the first ${lost[0]}`]
}

/** The result of the first; the other is aborted where one fails. */
async function together<T>(begin: (signal: AbortSignal) => readonly [Promise<T>, Promise<void>]): Promise<T> {
  const failed = new AbortController()
  const [result] = await Promise.all(begin(failed.signal)).finally(() => failed.abort())
  return result
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
  tell: (line: string) => void,
  signal: AbortSignal
): Promise<void> {
  const wait = async (ms: number): Promise<void> => await delay(ms, undefined, { signal })
  await wait(time / 4)
  tell('a device is stopped')
  await restarted?.worker.stop()
  await wait(away)
  tell('it is started again')
  if (restarted !== undefined) {
    restarted.worker = Worker.node(code.program('gateway/whole.ts'), { processor: 1 })
    await restarted.worker.call('start', { home: restarted.home })
  }
  await wait(Math.max(0, time / 4 - away))
  tell('a link is cut')
  link.cut()
  await wait(away)
  tell('it is repaired')
  link.repair()
}

interface Repaired {
  readonly name: string
  /** Readings of the device, and those of them that the gateway lacks. */
  readonly have: number
  readonly lost: readonly string[]
}

/** What the devices have that the gateway lacks, once it has had the time to fetch it. */
async function repairedOf(node: Worker, wholes: readonly Whole[], patience: number): Promise<Repaired[]> {
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
