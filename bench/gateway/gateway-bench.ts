import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { writeBookText } from '../../src/peer/book/book-text.ts'
import type { Bench, Column, Row, Setting, Table } from '../frame/bench.ts'
import type { Code } from '../frame/code.ts'
import { memoryOf } from '../frame/proc.ts'
import { profiled } from '../frame/profile.ts'
import { summarize } from '../frame/statistics.ts'
import { Worker } from '../frame/worker.ts'
import type { Ended, Usage } from './gateway.ts'

const SIZES = [10, 100, 1000]

export interface GatewayTimes {
  /** Milliseconds until the measuring begins, that are measured, and until the last has come. */
  readonly settle: number
  readonly time: number
  readonly last: number
}

const QUICK: GatewayTimes = { settle: 5000, time: 15_000, last: 3000 }
const FULL: GatewayTimes = { settle: 20_000, time: 60_000, last: 5_000 }
/** Milliseconds to make the devices, to connect them, and for a gateway that is behind after that. */
export const START = 600_000
/** Milliseconds between two looks at the memory. */
const LOOK = 2_000
/** Of the drop-in for a gateway (docs/install.md). */
export const FLAGS = ['--max-old-space-size=512', '--max-semi-space-size=16']

/** The last columns of a run and of a check. */
export const lastColumns: readonly Column[] = [
  { name: 'p50', unit: 'ms', digits: 1 },
  { name: 'p99', unit: 'ms', digits: 1 },
  { name: 'written', unit: 'B a reading', digits: 0 },
  { name: 'kept', unit: 'B a reading', digits: 0 }
]
export const columns: readonly Column[] = [
  { name: 'CPU', unit: '% of a core', digits: 1 },
  { name: 'RSS', unit: 'MB', digits: 0 },
  { name: 'PSS', unit: 'MB', digits: 0 },
  { name: 'published', unit: 'packs' },
  { name: 'lost', unit: 'packs' },
  ...lastColumns
]

/** As a person would write it for a gateway (docs/install.md); but all devices come from one address. */
const CONFIG = `
name: gateway
listen: [/ip4/127.0.0.1/tcp/0]
mdns: false
accept: book
store: [device]
history: { bytes: 10GiB }
limits: { network: { inboundPerSecond: 1000 } }
`

export const gateway: Bench = {
  name: 'gateway',
  what: 'One node that stores the readings of many light devices, each a libp2p of its own that signs one a second.',
  async measure(setting: Setting): Promise<Table[]> {
    if (setting.minutes !== undefined) return await check(setting, setting.minutes)
    const times = setting.isFull ? FULL : QUICK
    const tables: Table[] = []
    for (const code of setting.codes) {
      const sizes = sizesOf(setting, code)
      const rows: Row[] = []
      for (const size of sizes) {
        setting.tell(`gateway, ${code.name}, ${size} devices`)
        rows.push(await measureGateway(code, size, times, setting.profile))
      }
      tables.push({
        title: `Gateway, ${code.name}`,
        conditions: [
          `${times.time / 1000} s after ${times.settle / 1000} s; ${FLAGS.join(' ')}`,
          slope(sizes, rows)
        ],
        columns,
        rows
      })
    }
    return tables
  }
}

/** In a quick run the sources, where the bundle is measured as well, have the largest number of devices alone. */
function sizesOf({ sizes, codes, isFull }: Setting, code: Code): readonly number[] {
  if (sizes.length > 0) return sizes
  return isFull || code === codes.at(-1) ? SIZES : SIZES.slice(-1)
}

async function check({ codes, sizes, tell }: Setting, minutes: number): Promise<Table[]> {
  const { checkGateway, timesOf } = await import('./gateway-check.ts')
  const tables: Table[] = []
  for (const code of codes) {
    tell(`gateway, ${code.name}, ${minutes} minutes`)
    tables.push(await checkGateway(code, sizes[0] ?? 1000, timesOf(minutes), tell))
  }
  return tables
}

/** What one device more takes, from the smallest to the largest number of them. */
function slope(sizes: readonly number[], rows: readonly Row[]): string {
  const [few, many] = [rows[0], rows.at(-1)]
  const more = (sizes.at(-1) ?? 0) - (sizes[0] ?? 0)
  if (few === undefined || many === undefined || more === 0) return 'one size: no slope'
  const per = (index: number): number => ((many.figures[index] ?? 0) - (few.figures[index] ?? 0)) / more
  return `one device more: ${per(0).toFixed(3)} % of a core, ${(1024 * per(1)).toFixed(0)} KB of RSS`
}

export async function measureGateway(
  code: Code,
  size: number,
  { settle, time, last }: GatewayTimes,
  profile?: string
): Promise<Row> {
  const folder = mkdtempSync(join(tmpdir(), 'kith-bench-'))
  const home = join(folder, 'home')
  const node = Worker.node(code.program('gateway/gateway.ts'), { flags: FLAGS, processor: 0 })
  const others = Worker.node(code.program('gateway/devices.ts'), { processor: 1 })
  try {
    await connect(node, others, home, size)
    await delay(settle)
    const name = `${code.name}-${size}`
    const sides = { [`gateway-${name}`]: node, [`devices-${name}`]: others }
    const { cpu, rss, pss } = await profiled(sides, profile, () => watched(node, time))
    const sent = await others.call<Sent>('stop')
    await delay(last)
    const { count, times } = compare(sent, await node.call<Came>('arrived'))
    const { p50, p99 } = summarize(times)
    const { readings, disk, kept } = await node.call<Ended>('end')
    const figures = [cpu, rss, pss, count]
    figures.push(count - times.length, p50, p99, disk / readings, kept / readings)
    return { name: `${size} devices`, figures }
  } finally {
    await Promise.all([node.stop(), others.stop()])
    rmSync(folder, { recursive: true, force: true })
  }
}

export interface Watched {
  /** Per cent of a core. */
  readonly cpu: number
  /** MB at the end; `most` of what RSS was meanwhile. */
  readonly rss: number
  readonly pss: number
  readonly most: number
}

/** @param time milliseconds */
export async function watched(node: Worker, time: number, signal?: AbortSignal): Promise<Watched> {
  const before = await node.call<Usage>('usage')
  const began = performance.now()
  let most = 0
  for (let left = time; left > 0; left = began + time - performance.now()) {
    await delay(Math.min(LOOK, left), undefined, { signal })
    most = Math.max(most, memoryOf(node.pid).rss)
  }
  const after = await node.call<Usage>('usage')
  const cpu = (100 * (after.cpu - before.cpu)) / (performance.now() - began)
  const { rss, pss } = memoryOf(node.pid)
  return { cpu, rss: rss / 2 ** 20, pss: pss / 2 ** 20, most: most / 2 ** 20 }
}

export type Sent = Readonly<Record<string, readonly number[]>>
export type Came = Readonly<Record<string, readonly (number | null)[]>>

/**
 * Starts the gateway with the devices in its book; all are connected and publish when this resolves.
 * @returns the address of the gateway
 */
export async function connect(node: Worker, others: Worker, home: string, size: number): Promise<string> {
  const peers = await others.call<string[]>('make', { count: size }, START)
  const entries = peers.map((peer, i) => ({
    name: `device-${i}`,
    peer,
    purposes: ['device'],
    addresses: [],
    time: false
  }))
  mkdirSync(home)
  chmodSync(home, 0o700)
  writeFileSync(join(home, 'book.yaml'), writeBookText(entries), { mode: 0o600 })
  const address = await node.call<string>('start', { home, config: CONFIG })
  await others.call('connect', { address }, START)
  await others.call('start')
  return address
}

/** How many were published, and the milliseconds that each took that came. */
export function compare(sent: Sent, came: Came): { count: number; times: number[] } {
  const times: number[] = []
  let count = 0
  for (const [author, moments] of Object.entries(sent)) {
    count += moments.length
    for (const [seq, moment] of moments.entries()) {
      const arrival = came[author]?.[seq]
      if (typeof arrival === 'number') times.push(arrival - moment)
    }
  }
  return { count, times }
}
