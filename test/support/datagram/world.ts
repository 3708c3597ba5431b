import type { Clock } from '../../../src/clock.ts'
import { defined } from '../../../src/defined.ts'
import type { DatagramSockets } from '../../../src/hal/datagram-socket.ts'
import { SeededRandom } from '../../../src/hal/simulated/random.ts'
import { type LogFields, silentLog } from '../../../src/log.ts'
import type {
  ControlDialer,
  ControlStream,
  MoveReason
} from '../../../src/protocol/datagram/control/stream.ts'
import type { DropReason } from '../../../src/protocol/datagram/counters.ts'
import { Datagrams } from '../../../src/protocol/datagram/datagrams.ts'
import { type DatagramLimits, defaultDatagramLimits } from '../../../src/protocol/datagram/limits.ts'
import { TestControlStream } from './control-pair.ts'
import { LossyNetwork, type Passage, type SimulatedHost, type Weather } from './lossy-network.ts'

export interface NodeOptions {
  readonly address?: string
  readonly limits?: Partial<DatagramLimits>
  /** 'tcp': as where none is configured. */
  readonly port?: number | 'tcp'
  readonly sockets?: DatagramSockets
  /** Everybody unless given. */
  readonly book?: readonly string[]
}

/** How two nodes are connected. */
export interface Wire {
  direct: boolean
  onLink: boolean
  /** Milliseconds one way. */
  delay: number
  /** Share of TCP's segments that are lost, to be sent again. */
  loss: number
  /** Bytes a limited relay still carries. */
  remaining: number | undefined
  /** Round trip by the connection's pings, in milliseconds. */
  roundTrip: number | undefined
}

export interface TestNode {
  readonly name: string
  readonly address: string
  readonly host: SimulatedHost
  readonly datagrams: Datagrams
  readonly lines: string[]
}

/** Milliseconds until Linux first sends a segment again, doubled each time (RFC 6298 section 5.5). */
const MIN_TIMEOUT = 200

/** Nodes in memory: control streams over TCP, UDP over a lossy network, all from one seed. */
export class DatagramWorld {
  readonly network: LossyNetwork
  readonly wire: Wire = {
    direct: true,
    onLink: true,
    delay: 1,
    loss: 0,
    remaining: undefined,
    roundTrip: undefined
  }
  /** Every control stream made: the opener's end and the other. */
  readonly streams: [TestControlStream, TestControlStream][] = []
  /** Everything that went onto the UDP wire. */
  readonly passages: Passage[] = []
  /** Changes or holds back control streams: resolves when a dial may go on. */
  beforeDial: () => Promise<void> = async () => {}
  /** Whether there is a better connection than that of a control stream, or one has to be found. */
  moveReason: (stream: ControlStream) => MoveReason | undefined = () => undefined
  /** Resolves to whether redial() finds one. */
  finds: () => Promise<boolean> = async () => true
  readonly #clock: Clock
  readonly #random: SeededRandom
  readonly #nodes = new Map<
    string,
    { node: TestNode; multihash: Buffer; take: (stream: ControlStream) => void }
  >()

  constructor(clock: Clock, seed = 1, weather?: Weather) {
    this.#clock = clock
    this.#random = new SeededRandom(seed)
    this.network = new LossyNetwork(clock, seed, weather)
    this.network.watch((passage) => this.passages.push(passage))
  }

  /** A started node; its PeerId's multihash is made of its name. */
  async node(name: string, options: NodeOptions = {}): Promise<TestNode> {
    const address = options.address ?? `10.0.0.${this.#nodes.size + 1}`
    const host = this.network.host(address)
    const lines: string[] = []
    const say = (message: string, fields?: LogFields): void => {
      lines.push(`${message} ${JSON.stringify(fields)}`)
    }
    const datagrams = new Datagrams({
      dialer: this.#dialer(name),
      sockets: options.sockets ?? host,
      clock: this.#clock,
      random: (bytes) => this.#random.bytes(bytes),
      limits: { ...defaultDatagramLimits, ...options.limits },
      inBook: (peer) => options.book?.includes(peer) ?? true,
      log: { ...silentLog, warn: say, error: say },
      ...defined({ port: options.port === 'tcp' ? undefined : (options.port ?? 4001) })
    })
    const node = { name, address, host, datagrams, lines }
    this.#nodes.set(name, { node, multihash: multihashOf(name), take: () => {} })
    await datagrams.start()
    return node
  }

  /** The newest control stream: opener's end, other end. */
  get stream(): [TestControlStream, TestControlStream] {
    const last = this.streams.at(-1)
    if (last === undefined) throw new Error('no stream was opened')
    return last
  }

  /** Opens a bare control stream from one node to another, for a test that speaks the frames itself. */
  open(from: string, to: string): TestControlStream {
    const opener = this.#known(from)
    const other = this.#known(to)
    const near = this.#end(other.node.name, other.node.address, other.multihash)
    const far = this.#end(opener.node.name, opener.node.address, opener.multihash)
    near.join(far)
    far.join(near)
    this.streams.push([near, far])
    this.#clock.after(this.wire.delay, () => other.take(far))
    return near
  }

  #end(peer: string, host: string, peerMultihash: Buffer): TestControlStream {
    const { direct, onLink } = this.wire
    const remote = direct ? ({ host, family: 4 } as const) : undefined
    const { wire } = this
    const link = { remaining: () => wire.remaining, roundTrip: () => wire.roundTrip }
    const facts = { peer, peerMultihash, direct, remote, onLink, ...link }
    return new TestControlStream(this.#clock, () => this.#late(), facts)
  }

  /** How long a segment of TCP is under way, milliseconds. */
  #late(): number {
    let late = this.wire.delay
    for (let timeout = MIN_TIMEOUT; this.#random.next() < this.wire.loss; timeout *= 2) late += timeout
    return late
  }

  #dialer(name: string): ControlDialer {
    return {
      self: multihashOf(name),
      start: async (take) => {
        this.#known(name).take = take
      },
      stop: async () => {
        this.#known(name).take = (stream) => stream.reset()
      },
      dial: async (peer) => {
        await this.beforeDial()
        return this.open(name, peer)
      },
      moveReason: (stream) => this.moveReason(stream),
      redial: async (stream) => {
        await this.beforeDial()
        return (await this.finds()) ? this.open(name, stream.facts.peer) : undefined
      },
      ports: () => ({ 4: 4001, 6: 0 })
    }
  }

  #known(name: string): { node: TestNode; multihash: Buffer; take: (stream: ControlStream) => void } {
    const known = this.#nodes.get(name)
    if (known === undefined) throw new Error(`no node ${name}`)
    return known
  }
}

export function multihashOf(name: string): Buffer {
  return Buffer.concat([Buffer.from('002408011220', 'hex'), Buffer.alloc(32, name)])
}

export function drops(node: TestNode, reason: DropReason): number {
  return node.datagrams.status().drops[reason]
}
