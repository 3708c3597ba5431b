/**
 * The time from the start of a process to its first answers, and its memory: `kith run` from a clone and from a bundle,
 * with the options of the service, without the compile cache, and an idle Node for comparison.
 * The first answer is the status over the control socket, then the sealed catalogue over a new connection of
 * a neighbour: a reading waits for the random phase of its sensor.
 */
import { systemClock, withDeadline } from '../../src/clock.ts'
import { connectControl } from '../../src/node/control/client.ts'
import type { RunningNode } from '../../src/node/run-node.ts'
import { META_TOPIC } from '../../src/protocol/protocol-registry.ts'
import { summarize, table } from '../statistics.ts'
import { withBundle } from './bundle.ts'
import { loopbackNode } from './loopback-node.ts'
import { memoryOf } from './proc.ts'
import { DEADLINE, type Launch, type MeasuredNode, startBareNode, startKith } from './processes.ts'
import { versions } from './versions.ts'

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

const OPTIONS = 'export NODE_OPTIONS=--max-semi-space-size=2'

const usual = (program: string): StartOptions => ({
  runs: 7,
  settle: 2000,
  variants: new Map<string, Launch>([
    ['kith run', {}],
    ['with --max-semi-space-size=2', { shell: OPTIONS }],
    ['without compile cache', { shell: 'export NODE_DISABLE_COMPILE_CACHE=1' }],
    ['bundle', { program }],
    ['bundle, --max-semi-space-size=2', { program, shell: OPTIONS }]
  ])
})

export async function measure(): Promise<void> {
  const { options, starts } = await withBundle(async (program) => {
    const options = usual(program)
    return { options, starts: await measureStarts(options) }
  })
  console.log(`medians of ${options.runs}, then the min and the p99 of ready; ${versions('libp2p')}`)
  const bare = summarize((starts.get('node -e 0') ?? []).map(({ rss }) => rss)).p50
  const rows = Array.from(starts, ([name, list]) => row(name, list, bare))
  const head = [
    '',
    'ready ms',
    'control ms',
    'neighbour ms',
    'min',
    'p99',
    'RSS MB',
    'anonymous MB',
    'x bare'
  ]
  console.log(table([head, ...rows]))
}

/** By turns, so that other load affects all alike; with several runs, one uncounted run comes first. */
export async function measureStarts({ runs, settle, variants }: StartOptions): Promise<Map<string, Start[]>> {
  const starts = new Map(['node -e 0', ...variants.keys()].map((name) => [name, [] as Start[]]))
  const neighbour = await loopbackNode('neighbour')
  try {
    if (runs > 1) for (const launch of variants.values()) await startOnce(launch, neighbour, 0)
    for (let run = 0; run < runs; run++) {
      starts.get('node -e 0')?.push(await startBareOnce(settle))
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

function row(name: string, list: readonly Start[], bare: number): string[] {
  const of = (pick: (start: Start) => number | undefined) =>
    summarize(list.map(pick).filter((one) => one !== undefined))
  const ms = (value: number): string => (Number.isNaN(value) ? '-' : value.toFixed(0))
  const [ready, rss] = [of((start) => start.ready), of((start) => start.rss)]
  return [
    name,
    ms(ready.p50),
    ms(of((start) => start.control).p50),
    ms(of((start) => start.neighbour).p50),
    ms(ready.min),
    ms(ready.p99),
    mega(rss.p50),
    mega(of((start) => start.anonymous).p50),
    (rss.p50 / bare).toFixed(2)
  ]
}

function mega(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1)
}
