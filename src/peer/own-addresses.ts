import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import { isRelayed } from '../direct.ts'
import type { Caller } from './admission.ts'
import { isLoopbackHost, isPrivateHost, type LocalNetwork } from './discovery/local-network.ts'
import { hostPort } from './discovery/multiaddr-host.ts'

/** Whether addresses are told beyond the network that they are in. */
export type Reachable = 'near' | 'world'

export interface OwnAddressesInit {
  /** Our PeerId. */
  readonly self: string
  /** What is listened on at present: one for each address of the machine, and circuits that relays reserved. */
  readonly listening: () => readonly Multiaddr[]
  readonly announce: readonly string[]
  readonly reachable: Reachable
  readonly network: LocalNetwork
}

/**
 * Where this node can be dialled, and who may learn of it (docs/network.md, who learns what): each network the addresses
 * in it, a peer of the book all of them, everybody else what is announced to the world.
 */
export class OwnAddresses {
  readonly #init: OwnAddressesInit

  constructor(init: OwnAddressesInit) {
    this.#init = init
  }

  /**
   * All at which others could reach it, each once and without the PeerId: no bridges of containers, and loopback only
   * where there is nothing else.
   */
  all(): Multiaddr[] {
    const { listening, announce, network } = this.#init
    const usable = listening()
      .map((address) => ({ address, host: hostPort(address)?.host }))
      .filter(({ host }) => host === undefined || !network.isOnBridge(host))
    const outward = usable.filter(({ host }) => host === undefined || !isLoopbackHost(host))
    const told = (outward.length > 0 ? outward : usable).map(({ address }) => address.toString())
    const texts = [...told, ...announce]
    return [...new Set(texts)].map((text) => multiaddr(text))
  }

  /** As all(), each with the PeerId at its end. */
  allWithPeer(): Multiaddr[] {
    return this.all().map((address) => this.#withPeer(address))
  }

  /** What anybody may learn: with `reachable: world` what is announced and public. Whose relays are used, nobody. */
  forEverybody(): Multiaddr[] {
    const isWorld = this.#isWorld()
    return this.all().filter((address) => this.#isForEverybody(address, isWorld))
  }

  /** As forEverybody(), each with the PeerId at its end. */
  forEverybodyWithPeer(): Multiaddr[] {
    return this.forEverybody().map((address) => this.#withPeer(address))
  }

  /** What the other end of a connection may learn, whoever it is: also the addresses on its link. */
  forCaller({ direct, host }: Pick<Caller, 'direct' | 'host'>): Multiaddr[] {
    const { network } = this.#init
    const isWorld = this.#isWorld()
    const isHere = host !== undefined && network.isOwnAddress(host)
    return this.all().filter((address) => {
      if (this.#isForEverybody(address, isWorld)) return true
      const place = hostPort(address)
      return direct && place !== undefined && (isHere || network.sharesLink(place.host, host))
    })
  }

  /** Whether this node itself would answer there. */
  leadsHere(address: Multiaddr): boolean {
    const place = hostPort(address)
    // libp2p reads the interfaces for what it listens on, a millisecond each time.
    if (place === undefined || !this.#init.network.isOwnAddress(place.host)) return false
    return this.#init.listening().some((own) => {
      const here = hostPort(own)
      return here?.host === place.host && here.port === place.port
    })
  }

  #isForEverybody(address: Multiaddr, isWorld: boolean): boolean {
    if (isRelayed(address)) return false
    const place = hostPort(address)
    // A name that is announced; the memory of a process in tests.
    return place === undefined || (isWorld && !isPrivateHost(place.host)) || this.#isAnnounced(address)
  }

  #isAnnounced(address: Multiaddr): boolean {
    return this.#init.announce.includes(address.toString())
  }

  /** What is announced is for the world; then what else is public is no secret either. */
  #isWorld(): boolean {
    return this.#init.reachable === 'world' || this.#init.announce.length > 0
  }

  #withPeer(address: Multiaddr): Multiaddr {
    const { self } = this.#init
    const last = address.getComponents().at(-1)
    return last?.name === 'p2p' && last.value === self ? address : address.encapsulate(`/p2p/${self}`)
  }
}
