import { systemClock, withDeadline } from '../../src/clock.ts'
import { connectControl } from '../../src/node/control/client.ts'
import type { RunningNode } from '../../src/node/run-node.ts'
import { META_TOPIC } from '../../src/protocol/protocol-registry.ts'
import type { Bench, Column, Row, Setting, Table } from '../frame/bench.ts'
import { memoryOf } from '../frame/proc.ts'
import { summarize } from '../frame/statistics.ts'
import { versions } from '../frame/versions.ts'
import { loopbackNode } from '../pair/loopback-node.ts'
import { DEADLINE, type Launch, type MeasuredNode, startBareNode, startKith } from './processes.ts'

export interface StartOptions {
  readonly runs: number
  /** Milliseconds from the last answer until memory is read. */
  readonly settle: number
  readonly variants: ReadonlyMap<string, Launch>
}

/** Milliseconds since the process began; bytes. */
export interface Start {
  readonly ready: number
  readonly control?: number
  readonly neighbour?: number
  readonly rss: number
  readonly anonymous: number
}

const BARE = 'node -e 0'
const OPTIONS = 'export NODE_OPTIONS=--max-semi-space-size=2'

const columns: readonly Column[] = [
  { name: 'ready', unit: 'ms', digits: 0 },
  { name: 'control', unit: 'ms', digits: 0 },
  { name: 'neighbour', unit: 'ms', digits: 0 },
  { name: 'ready min', unit: 'ms', digits: 0 },
  { name: 'ready p99', unit: 'ms', digits: 0 },
  { name: 'RSS', unit: 'MB', digits: 1 },
  { name: 'own', unit: 'MB', digits: 1 },
  { name: 'RSS', unit: 'x Node', digits: 2 }
]

export const start: Bench = {
  name: 'start',
  what: 'From the start of a process to its first answer by the control socket, then to a neighbour; and its memory.',
  async measure({ codes, isFull, tell }: Setting): Promise<Table[]> {
    const runs = isFull ? 11 : 3
    tell(`start, ${runs} runs`)
    const starts = await measureStarts({ runs, settle: 2000, variants: variantsOf(codes) })
    const bare = summarize((starts.get(BARE) ?? []).map(({ rss }) => rss)).p50
    const rows = Array.from(starts, ([name, list]) => row(name, list, bare))
    return [{ title: 'Start', conditions: [`medians of ${runs}`, versions('libp2p')], columns, rows }]
  }
}

function variantsOf(codes: Setting['codes']): Map<string, Launch> {
  const variants = codes.flatMap(({ name, kith: program }): [string, Launch][] => [
    [`kith run, ${name}`, { program, shell: OPTIONS }],
    [
      `kith run, ${name}, without compile cache`,
      { program, shell: `${OPTIONS} NODE_DISABLE_COMPILE_CACHE=1` }
    ]
  ])
  return new Map(variants)
}

/** By turns, so that other load affects all alike; with several runs, one uncounted run comes first. */
export async function measureStarts({ runs, settle, variants }: StartOptions): Promise<Map<string, Start[]>> {
  const starts = new Map([BARE, ...variants.keys()].map((name) => [name, [] as Start[]]))
  const neighbour = await loopbackNode('neighbour')
  try {
    if (runs > 1) for (const launch of variants.values()) await startOnce(launch, neighbour, 0)
    for (let run = 0; run < runs; run++) {
      starts.get(BARE)?.push(await startBareOnce(settle))
      for (const [name, launch] of variants)
        starts.get(name)?.push(await startOnce(launch, neighbour, settle))
    }
  } finally {
    await neighbour.stop()
  }
  return starts
}

async function startOnce(launch: Launch, neighbour: RunningNode, settle: number): Promise<Start> {
  const node = await startKith([], launch)
  try {
    const since = (): number => performance.now() - node.began
    const ready = since()
    await askControl(node)
    const control = since()
    await askAsNeighbour(neighbour, node)
    const first = { ready, control, neighbour: since() }
    await systemClock.sleep(settle)
    return { ...first, ...memoryOf(node.pid) }
  } finally {
    await node.stop()
  }
}

async function startBareOnce(settle: number): Promise<Start> {
  const node = await startBareNode()
  const ready = performance.now() - node.began
  await systemClock.sleep(settle)
  const memory = memoryOf(node.pid)
  await node.stop()
  return { ready, ...memory }
}

async function askControl({ home }: MeasuredNode): Promise<void> {
  const control = await connectControl(home, systemClock)
  if (control === undefined) throw new Error('nobody answers at the control socket')
  await control.status()
  await control.close()
}

async function askAsNeighbour({ assembled }: RunningNode, node: MeasuredNode): Promise<void> {
  const { peers, clients } = assembled
  peers.autoDialer.remember(node.peer, [...node.addresses])
  await withDeadline(systemClock, DEADLINE, 'the catalogue', (signal) =>
    clients.queries.describe(node.peer, [META_TOPIC], {}, signal)
  )
}

function row(name: string, list: readonly Start[], bare: number): Row {
  const of = (pick: (start: Start) => number | undefined) =>
    summarize(list.map(pick).filter((one) => one !== undefined))
  const ms = (value: number): number | undefined => (Number.isNaN(value) ? undefined : value)
  const [ready, rss, own] = [of((one) => one.ready), of((one) => one.rss), of((one) => one.anonymous)]
  const answers = [of((one) => one.control), of((one) => one.neighbour)].map(({ p50 }) => ms(p50))
  const memory = [rss.p50, own.p50].map((bytes) => bytes / 2 ** 20)
  return { name, figures: [ready.p50, ...answers, ready.min, ready.p99, ...memory, rss.p50 / bare] }
}
