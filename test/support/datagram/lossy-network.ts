import type { Clock } from '../../../src/clock.ts'
import { NodeError } from '../../../src/error.ts'
import type {
  BindOptions,
  DatagramSocket,
  DatagramSockets,
  IpFamily,
  SendResult
} from '../../../src/hal/datagram-socket.ts'
import { type Seed, SeededRandom } from '../../../src/hal/simulated/random.ts'

/** How the network treats datagrams. Probabilities are 0 to 1, times milliseconds. */
export interface Weather {
  readonly loss: number
  readonly duplication: number
  /** One way. */
  readonly delay: number
  /** Added to the delay, uniformly between 0 and this: with it datagrams overtake each other. */
  readonly jitter: number
}

export const FAIR_WEATHER: Weather = { loss: 0, duplication: 0, delay: 1, jitter: 0 }

/** One datagram on the wire, as watchers see it. */
export interface Passage {
  readonly bytes: Buffer
  readonly from: string
  readonly fromPort: number
  readonly to: string
  readonly toPort: number
}

/**
 * A UDP network in memory, in the clock's time: seeded loss, delay, duplication, reorder and the port
 * rebinding of a NAT. The same seed and the same calls give the same datagrams.
 */
export class LossyNetwork {
  weather: Weather
  /** Maximum of datagrams in flight; more are dropped, as by a router whose queue is full. */
  readonly capacity: number
  readonly #clock: Clock
  readonly #hosts = new Map<string, SimulatedHost>()
  readonly #watchers: ((passage: Passage) => void)[] = []
  readonly #random: SeededRandom
  #underway = 0

  constructor(clock: Clock, seed: Seed, weather: Weather = FAIR_WEATHER, capacity = 100_000) {
    this.#clock = clock
    this.#random = new SeededRandom(seed)
    this.weather = weather
    this.capacity = capacity
  }

  /** A machine with one address; the same object for the same address. */
  host(address: string): SimulatedHost {
    let host = this.#hosts.get(address)
    if (host === undefined) {
      host = new SimulatedHost(this, address)
      this.#hosts.set(address, host)
    }
    return host
  }

  /** Calls `see` for everything that is sent, before losses. */
  watch(see: (passage: Passage) => void): void {
    this.#watchers.push(see)
  }

  /** Puts a datagram on the wire, with any source address. */
  inject(passage: Passage): void {
    for (const see of this.#watchers) see(passage)
    if (this.#random.next() < this.weather.loss) return
    this.#carry(passage)
    if (this.#random.next() < this.weather.duplication) this.#carry(passage)
  }

  #carry(passage: Passage): void {
    if (this.#underway >= this.capacity) return
    this.#underway++
    this.#clock.after(this.weather.delay + this.#random.next() * this.weather.jitter, () => {
      this.#underway--
      this.#hosts.get(passage.to)?.arrive(passage)
    })
  }
}

/** The UDP of one simulated machine. */
export class SimulatedHost implements DatagramSockets {
  readonly address: string
  /** Nothing passes, in either direction: a firewall that drops UDP. */
  blocked = false
  /** Nothing arrives, though what is sent passes: one direction of a path is broken. */
  deaf = false
  readonly #network: LossyNetwork
  readonly #sockets = new Map<number, SimulatedSocket>()
  /** Inner port -> outer port of the NAT, and back. */
  readonly #outer = new Map<number, number>()
  readonly #inner = new Map<number, number>()
  #nextPort = 32_768

  constructor(network: LossyNetwork, address: string) {
    this.#network = network
    this.address = address
  }

  async bind(options: BindOptions): Promise<DatagramSocket> {
    if (options.family !== familyOf(this.address)) {
      throw new NodeError('family-unsupported', `${this.address} has no IPv${options.family}`)
    }
    const port = options.port === 0 ? this.#freePort() : options.port
    if (this.#sockets.has(port)) {
      throw new NodeError('port-in-use', `UDP port ${port} is taken by another program`)
    }
    const socket = new SimulatedSocket(this, port, options)
    this.#sockets.set(port, socket)
    return socket
  }

  /** From now on the socket's datagrams leave from another port, as after a NAT lost its mapping. */
  rebind(port: number): number {
    this.#inner.delete(this.#outer.get(port) ?? port)
    const outer = this.#freePort()
    this.#outer.set(port, outer)
    this.#inner.set(outer, port)
    return outer
  }

  transmit(bytes: Uint8Array, innerPort: number, to: string, toPort: number): void {
    if (this.blocked) return
    const fromPort = this.#outer.get(innerPort) ?? innerPort
    this.#network.inject({ bytes: Buffer.from(bytes), from: this.address, fromPort, to, toPort })
  }

  arrive({ bytes, from, fromPort, toPort }: Passage): void {
    if (this.blocked || this.deaf) return
    const port = this.#inner.get(toPort) ?? (this.#outer.has(toPort) ? undefined : toPort)
    if (port === undefined) return
    this.#sockets.get(port)?.arrive(Buffer.from(bytes), { address: from, port: fromPort })
  }

  release(port: number): void {
    this.#sockets.delete(port)
  }

  #freePort(): number {
    while (this.#sockets.has(this.#nextPort) || this.#inner.has(this.#nextPort)) this.#nextPort++
    return this.#nextPort++
  }
}

class SimulatedSocket implements DatagramSocket {
  readonly family: IpFamily
  readonly port: number
  readonly #host: SimulatedHost
  readonly #onMessage: BindOptions['onMessage']
  #open = true

  constructor(host: SimulatedHost, port: number, { family, onMessage }: BindOptions) {
    this.#host = host
    this.port = port
    this.family = family
    this.#onMessage = onMessage
  }

  send(bytes: Uint8Array, port: number, address: string): SendResult {
    if (!this.#open || port === 0) return 'dropped'
    this.#host.transmit(bytes, this.port, address, port)
    return 'sent'
  }

  arrive(bytes: Buffer, from: { address: string; port: number }): void {
    if (this.#open) this.#onMessage(bytes, from)
  }

  async close(): Promise<void> {
    this.#open = false
    this.#host.release(this.port)
  }
}

function familyOf(address: string): IpFamily {
  return address.includes(':') ? 6 : 4
}
