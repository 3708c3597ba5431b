import { Namespace, whyNoNamespaces } from '../../test/support/namespaces/namespaces.ts'
import { type Bench, type Column, Missing, type Row, type Setting, type Table } from '../frame/bench.ts'
import { byTurns, type Contender, type Opened } from '../frame/contenders.ts'
import { countsOf } from '../frame/proc.ts'
import { summarize } from '../frame/statistics.ts'
import { versions } from '../frame/versions.ts'
import { type FarProgram, startFar } from './far-program.ts'

/** What an end of a circuit does, and the relay, in a namespace of its own. */
export type RelayOrder =
  | { readonly op: 'meet'; readonly peers: readonly Met[]; readonly address?: string }
  /** Waits until the relay holds a reservation for it. */
  | { readonly op: 'reserved' }
  /** @returns whether it is a connection with limits */
  | { readonly op: 'open'; readonly peer: string; readonly hop: string; readonly isVia: boolean }
  | { readonly op: 'read'; readonly peer: string; readonly count: number }
  | { readonly op: 'echo'; readonly count: number }
  | { readonly op: 'transfer' | 'close' }

/** An entry of the book. */
interface Met {
  readonly name: string
  readonly who: string
  readonly relays?: string[]
}

export interface RelayPeerOptions {
  /** Of a node of kith: over its configuration. */
  readonly config?: Readonly<Record<string, unknown>>
  readonly isRelay?: boolean
  /** The address of the relay at which it reserves. */
  readonly at?: string
}

/** Bytes of a transfer. */
export const TRANSFERRED = 16 * 2 ** 20

const columns: readonly Column[] = [
  { name: 'echo p50', unit: 'us' },
  { name: 'CPU of the relay', unit: 'us an echo' },
  { name: 'read p50, verified', unit: 'us' },
  { name: 'stream', unit: 'MB/s', digits: 1 },
  { name: 'CPU of the relay', unit: 'ms a MB', digits: 1 }
]

export const relay: Bench = {
  name: 'relay',
  what: 'A question and a stream through a relay v2, beside a relay of js-libp2p (in network namespaces; needs root).',
  async measure(setting: Setting): Promise<Table[]> {
    const turns = setting.isFull ? { rounds: 9, count: 500 } : { rounds: 3, count: 200 }
    setting.tell(`relay, ${turns.rounds} rounds`)
    const rows = await measureRelays(contenders, turns)
    const conditions = [
      `medians of ${turns.rounds} rounds by turns; a new circuit each round; ${turns.count} round trips of 64 bytes, ` +
        `${TRANSFERRED / 2 ** 20} MiB one way`,
      'the relay and both ends in namespaces of their own on one machine; limits lifted; the sources of kith',
      versions('libp2p', '@libp2p/circuit-relay-v2')
    ]
    return [{ title: 'Through a relay', conditions, columns, rows }]
  }
}

export interface Relayed {
  readonly name: string
  readonly script: URL
  readonly way: 'direct' | 'relay' | 'via'
  /** Whether it has a sensor that is read. */
  readonly isOurs: boolean
}

const js = { script: new URL('../peers/js/relay.ts', import.meta.url), isOurs: false }
const ours = { script: new URL('relay-peer.ts', import.meta.url), isOurs: true }

export const contenders: readonly Relayed[] = [
  { name: 'js-libp2p, direct', way: 'direct', ...js },
  { name: 'js-libp2p, relay', way: 'relay', ...js },
  { name: 'kith, direct', way: 'direct', ...ours },
  { name: 'kith, relay', way: 'relay', ...ours },
  { name: 'kith, via a neighbour', way: 'via', ...ours }
]

export interface RelayTurns {
  readonly rounds: number
  readonly count: number
}

export async function measureRelays(
  relayed: readonly Relayed[],
  { rounds, count }: RelayTurns
): Promise<Row[]> {
  const all = relayed.map(
    (one): Contender => ({
      name: one.name,
      async open() {
        const missing = whyNoNamespaces()
        if (missing !== false) throw new Missing(missing)
        return await opened(one, count)
      }
    })
  )
  return await byTurns(all, columns, rounds)
}

async function opened(relayed: Relayed, count: number): Promise<Opened> {
  const machines = ['a', 'relay', 'b'].map((label) => new Namespace(label))
  const close = async (): Promise<void> => {
    for (const machine of machines) machine.end()
  }
  try {
    const circuit = await laid(relayed, machines)
    return { round: async () => await roundOf(circuit, relayed, count), close }
  } catch (error) {
    await close()
    throw error
  }
}

type Program = FarProgram<RelayOrder>

interface Laid {
  readonly opener: Program
  readonly relay: Program
  /** The peer at the other end. */
  readonly target: string
}

/** The relay has a cable to each end, and the ends know each other by it alone. */
async function laid({ script, way }: Relayed, machines: readonly Namespace[]): Promise<Laid> {
  const [a, middle, b] = machines
  if (a === undefined || middle === undefined || b === undefined) throw new Error('three machines are needed')
  Namespace.cable(a, '10.61.0.1/24', middle, '10.61.0.2/24')
  Namespace.cable(middle, '10.61.1.1/24', b, '10.61.1.2/24')
  const start = (machine: Namespace, options: RelayPeerOptions): Promise<Program> =>
    startFar<RelayOrder>(machine, script, options)
  const hop = await start(middle, {
    isRelay: true,
    config: {
      relay: { serve: way === 'relay' ? 'anyone' : 'off' },
      via: { serve: way === 'via' ? 'near' : 'off' }
    }
  })
  const [fromA, fromB] = [
    `/ip4/10.61.0.2/tcp/4001/p2p/${hop.peer}`,
    `/ip4/10.61.1.1/tcp/4001/p2p/${hop.peer}`
  ]
  const [opener, other] = await Promise.all([
    start(a, {}),
    start(b, way === 'relay' ? { at: fromB, config: { relays: [fromB] } } : {})
  ])
  const over = way === 'relay' ? { relays: [fromA] } : {}
  const hopEntry = { name: 'hop', who: hop.peer }
  await opener.order({
    op: 'meet',
    peers: [hopEntry, { name: 'other', who: other.peer, ...over }],
    address: fromA
  })
  await other.order({
    op: 'meet',
    peers: [hopEntry, { name: 'other', who: opener.peer }],
    address: fromB
  })
  if (way === 'relay') await other.order({ op: 'reserved' })
  return { opener, relay: hop, target: way === 'direct' ? hop.peer : other.peer }
}

async function roundOf(
  { opener, relay, target }: Laid,
  { way, isOurs }: Relayed,
  count: number
): Promise<(number | undefined)[]> {
  const open = { op: 'open', peer: target, hop: relay.peer, isVia: way === 'via' } as const
  const isLimited = await opener.order(open)
  if (isLimited !== (way !== 'direct')) throw new Error(`it is no ${way} connection`)
  const spent = (): number => countsOf(relay.pid).processor
  const before = spent()
  const echoes = (await opener.order({ op: 'echo', count })) as number[]
  const afterEchoes = spent()
  const reads = isOurs ? ((await opener.order({ op: 'read', peer: target, count })) as number[]) : undefined
  const beforeTransfer = spent()
  const seconds = (await opener.order({ op: 'transfer' })) as number
  const afterTransfer = spent()
  await opener.order({ op: 'close' })
  const isCarried = way !== 'direct'
  return [
    1000 * summarize(echoes).p50,
    isCarried ? (1000 * (afterEchoes - before)) / (2 * count) : undefined,
    reads === undefined ? undefined : summarize(reads).p50,
    TRANSFERRED / 1e6 / seconds,
    isCarried ? (afterTransfer - beforeTransfer) / (TRANSFERRED / 1e6) : undefined
  ]
}
