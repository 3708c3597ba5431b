import type { ComponentLogger, PeerId, PeerInfo } from '@libp2p/interface'
import type { AddressManager } from '@libp2p/interface-internal'
import { mdns } from '@libp2p/mdns'
import type { Multiaddr } from '@multiformats/multiaddr'
import multicastDns, { type MulticastDNS, type QueryPacket, type ResponsePacket } from 'multicast-dns'
import type { Cancel, Clock } from '../../clock.ts'
import { every } from '../../clock.ts'
import { describeError } from '../../error.ts'
import type { Log } from '../../log.ts'
import type { Interfaces } from './local-network.ts'
import { mdnsSocket } from './mdns-socket.ts'
import { hostPort } from './multiaddr-host.ts'
import { Paced } from './paced.ts'

/**
 * mDNS on the local network, after the libp2p mdns spec, one socket an interface.
 *
 * @libp2p/mdns speaks the protocol, but its own socket is dead where there is no default route, hears
 * nothing on a second interface, and goes deaf when an interface is made anew (docs/network.md trap 6).
 * So its service is given a socket bound to one interface and only the addresses of that interface:
 * an address of another network, of a container bridge or the loopback is told to nobody.
 */
export interface LanDiscoveryComponents {
  readonly addressManager: AddressManager
  readonly logger: ComponentLogger
}

export interface LanDiscoveryInit {
  readonly clock: Clock
  readonly log: Log
  /** Names of interfaces to use; every one with an IPv4 address unless given. */
  readonly only: readonly string[]
  /** Milliseconds between questions to the network. */
  readonly interval: number
  /** 5353 (RFC 6762); another one makes a network of its own. */
  readonly port: number
  readonly found: (peer: PeerId, addresses: Multiaddr[]) => void
}

/** RFC 6762 section 3. */
const GROUP = '224.0.0.251'
/** RFC 6762 section 6: milliseconds before a record is multicast again on an interface. */
const ANSWER_PERIOD = 1000
/** libp2p mdns spec. */
const SERVICE = '_p2p._udp.local'

/** The parts of @libp2p/mdns's service that its factory's type does not show. */
interface MdnsService extends EventTarget {
  mdns?: MulticastDNS | undefined
  _onMdnsQuery(event: QueryPacket): void
  _onMdnsResponse(event: ResponsePacket): void
}

interface Speaker {
  readonly key: string
  stop(): void
}

export class LanDiscovery {
  readonly #components: LanDiscoveryComponents
  readonly #init: LanDiscoveryInit
  #speakers: Speaker[] = []

  constructor(components: LanDiscoveryComponents, init: LanDiscoveryInit) {
    this.#components = components
    this.#init = init
  }

  /** Speaks on exactly these interfaces from now on; those that stay are not disturbed. */
  update(interfaces: Interfaces): void {
    const wanted = chooseInterfaces(interfaces, this.#init.only)
    for (const speaker of this.#speakers) if (!wanted.some((one) => one.key === speaker.key)) speaker.stop()
    this.#speakers = wanted.map(
      (one) => this.#speakers.find((speaker) => speaker.key === one.key) ?? this.#speak(one)
    )
  }

  stop(): void {
    for (const speaker of this.#speakers) speaker.stop()
    this.#speakers = []
  }

  #speak(chosen: ChosenInterface): Speaker {
    const addressManager = { getAddresses: () => this.#addressesOn(chosen) } as AddressManager
    const service = mdns()({ addressManager, logger: this.#components.logger }) as unknown as MdnsService
    const socket = multicastDns({
      port: this.#init.port,
      ip: GROUP,
      socket: mdnsSocket(),
      interface: chosen.address,
      bind: '0.0.0.0'
    })
    service.mdns = socket
    const question = { name: SERVICE, type: 'PTR' } as const
    const answer = (): void => service._onMdnsQuery({ questions: [question] } as unknown as QueryPacket)
    const answers = new Paced(this.#init.clock, ANSWER_PERIOD, () => this.#guard(answer))
    socket.on('query', ({ questions = [] }) => {
      if (questions.some(({ name }) => name === SERVICE)) answers.ask()
    })
    socket.on('response', (response) => this.#guard(() => service._onMdnsResponse(response)))
    const say = (error: Error): void =>
      this.#init.log.debug(`mdns on ${chosen.name}: ${describeError(error)}`)
    socket.on('warning', say)
    socket.on('error', say)
    service.addEventListener('peer', (event) => {
      const { id, multiaddrs } = (event as CustomEvent<PeerInfo>).detail
      this.#guard(() => this.#init.found(id, multiaddrs))
    })
    const ask = (): void => socket.query({ questions: [question] })
    const cancel: Cancel = every(this.#init.clock, this.#init.interval, ask, 0)
    return {
      key: chosen.key,
      stop() {
        cancel()
        answers.stop()
        service.mdns = undefined
        socket.removeAllListeners('query')
        socket.removeAllListeners('response')
        socket.destroy()
      }
    }
  }

  #addressesOn(chosen: ChosenInterface): Multiaddr[] {
    return this.#components.addressManager.getAddresses().filter((address) => {
      const place = hostPort(address)
      return place !== undefined && chosen.addresses.includes(place.host)
    })
  }

  /** An exception in a listener would end the process (docs/network.md trap 9). */
  #guard(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.#init.log.debug(`mdns: ${describeError(error)}`)
    }
  }
}

interface ChosenInterface {
  readonly key: string
  readonly name: string
  /** Its first IPv4 address, by which the system knows it for multicast. */
  readonly address: string
  /** All its addresses that are announced on it. */
  readonly addresses: readonly string[]
}

/** Made by container engines and hypervisors: nobody behind them looks for us. */
const BRIDGE = /^(docker|br-|veth|virbr|cni|flannel|lxc|podman)/

/** The loopback serves only a machine that has no other interface: nodes of one machine find each other on it. */
function chooseInterfaces(interfaces: Interfaces, only: readonly string[]): ChosenInterface[] {
  const all = Object.entries(interfaces).flatMap(([name, infos = []]) => {
    const ipv4 = infos.find((info) => info.family === 'IPv4')
    if (ipv4 === undefined) return []
    const addresses = infos.filter((info) => !info.address.startsWith('fe80:')).map((info) => info.address)
    return [
      {
        key: `${name} ${ipv4.mac} ${addresses.join(' ')}`,
        name,
        address: ipv4.address,
        addresses,
        internal: ipv4.internal
      }
    ]
  })
  if (only.length > 0) return all.filter((one) => only.includes(one.name))
  const outward = all.filter((one) => !one.internal && !BRIDGE.test(one.name))
  return outward.length > 0 ? outward : all.filter((one) => one.internal)
}
