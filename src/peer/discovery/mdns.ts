import type { RemoteInfo } from 'node:dgram'
import type { PeerId } from '@libp2p/interface'
import type { AddressManager } from '@libp2p/interface-internal'
import { defaultLogger } from '@libp2p/logger'
import { mdns } from '@libp2p/mdns'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { MulticastDNS, QueryPacket, ResponsePacket } from 'multicast-dns'
import { BoundedMap } from '../../bounded-map.ts'
import { type Cancel, type Clock, every } from '../../clock.ts'
import { describeError } from '../../error.ts'
import type { Log } from '../../log.ts'
import { type Rate, TokenBucket } from '../../token-bucket.ts'
import { Answers, type Asker } from './answers.ts'
import { type ChosenInterface, chooseInterfaces } from './chosen-interface.ts'
import type { Interfaces } from './local-network.ts'
import { openMdns, openOwnPort } from './mdns-socket.ts'
import { hostPort } from './multiaddr-host.ts'
import {
  type Answer,
  announcedAddresses,
  announcedPeers,
  announcement,
  answerElsewhere,
  question,
  randomName,
  UNICAST_QUESTION
} from './records.ts'

export interface LanDiscoveryInit {
  readonly clock: Clock
  readonly log: Log
  /** Names of interfaces to use; those that chooseInterfaces() takes unless given. */
  readonly only: readonly string[]
  /** Milliseconds between questions to the network. */
  readonly interval: number
  /** 5353 (RFC 6762); another one makes a network of its own. */
  readonly port: number
  /** Our addresses with our PeerId. */
  readonly addresses: () => Multiaddr[]
  /**
   * Called with the addresses that are in a subnet of the interface they were announced on; there may be none.
   * @param from,own the sender's address, and ours on that interface
   */
  readonly found: (peer: PeerId, addresses: Multiaddr[], from: string, own: string) => void
}

/** Milliseconds: who has found by unicast what it looked for, and stops, disturbs the group with no question. */
const UNICAST_ALONE = 250
/** Milliseconds for unicast answers. */
const UNICAST_WAIT = 3_000
/** Answers read of one sender: a machine with a few nodes is asked by a hundred others every 10 s. */
const SENDER_RATE: Rate = { perSecond: 20, burst: 60 }
/** Senders remembered on one interface; the one heard longest ago is removed first. */
const MAX_SENDERS = 1024

/** The parts of @libp2p/mdns's service that its factory's type does not show. */
interface MdnsService {
  mdns: { respond(answers: readonly Answer[]): void } | undefined
  _onMdnsQuery(event: Pick<QueryPacket, 'questions'>): void
}

type Hear = (response: ResponsePacket, from: RemoteInfo) => void

interface Speaker {
  readonly key: string
  stop(): void
}

/**
 * mDNS on the local network (docs/protocols.md section 3), one socket an interface.
 *
 * @libp2p/mdns decides what is announced; its socket is dead where there is no default route, receives nothing on a
 * second interface, and receives nothing after an interface is made anew (docs/network.md trap 6). So it is given a socket
 * bound to one interface and only the addresses of that interface, and its answer is completed (records.ts).
 *
 * Anybody on the network can announce anything: only messages from a subnet of the interface count (RFC 6762 section
 * 11), and of the addresses in them only those in such a subnet, so that no host makes this node dial a third network,
 * or services of its own loopback.
 */
export class LanDiscovery {
  readonly #init: LanDiscoveryInit
  #speakers: Speaker[] = []

  constructor(init: LanDiscoveryInit) {
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
    const { clock, interval, port } = this.#init
    const name = randomName()
    const socket = this.#reporting(openMdns(chosen, port), chosen)
    const send = this.#sender(socket, name, chosen)
    const answers = new Answers({ clock, port, send: (to) => this.#guard(() => send(to)) })
    socket.on('query', (query: QueryPacket, from: RemoteInfo) => {
      if (chosen.isOnLink(from.address)) this.#guard(() => answers.take(query, from))
    })
    const hear = this.#hearing(name, chosen)
    socket.on('response', hear)
    const stopUnicast = this.#askForUnicast(chosen, hear)
    const ask = (): void => socket.query({ questions: [question] })
    const cancel: Cancel = every(clock, interval, ask, UNICAST_ALONE)
    return {
      key: chosen.key,
      stop() {
        cancel()
        stopUnicast()
        answers.stop()
        socket.removeAllListeners('query')
        socket.removeAllListeners('response')
        socket.destroy()
      }
    }
  }

  /**
   * Asks once for unicast answers (RFC 6762 section 5.4), which need not wait for the second between two multicast
   * ones. The question has a port of its own: of a port that several programs share Linux gives a unicast packet to one.
   */
  #askForUnicast(chosen: ChosenInterface, hear: Hear): Cancel {
    const { clock, port } = this.#init
    const socket = this.#reporting(openOwnPort(chosen, port, UNICAST_QUESTION), chosen)
    socket.on('response', hear)
    const close = (): void => {
      socket.removeAllListeners('response')
      socket.destroy()
    }
    const cancel = clock.after(UNICAST_WAIT, close)
    return () => {
      cancel()
      close()
    }
  }

  /** Takes answers of the link, at a bounded rate of each sender. */
  #hearing(name: string, chosen: ChosenInterface): Hear {
    const senders = new BoundedMap<string, TokenBucket>(MAX_SENDERS)
    const isRead = (sender: string): boolean => {
      const rate = senders.touch(sender) ?? new TokenBucket(SENDER_RATE)
      senders.set(sender, rate)
      return rate.take(this.#init.clock.monotonic())
    }
    return (response, { address }) => {
      if (chosen.isOnLink(address) && isRead(address))
        this.#guard(() => this.#take(response, name, chosen, address))
    }
  }

  #reporting(socket: MulticastDNS, { name }: ChosenInterface): MulticastDNS {
    const report = (error: Error): void => this.#init.log.debug(`mdns on ${name}: ${describeError(error)}`)
    socket.on('warning', report)
    socket.on('error', report)
    return socket
  }

  /** Sends what @libp2p/mdns announces of the interface's addresses to the group, or to one who asked. */
  #sender(socket: MulticastDNS, name: string, { hosts }: ChosenInterface): (to?: Asker) => void {
    const getAddresses = (): Multiaddr[] =>
      this.#init.addresses().filter((address) => {
        const place = hostPort(address)
        return place !== undefined && hosts.includes(place.host)
      })
    const addressManager = { getAddresses } as AddressManager
    const made = mdns({ peerName: name })({ addressManager, logger: defaultLogger() })
    const service = made as unknown as MdnsService
    return (to) => {
      service.mdns = {
        respond(answers) {
          const message = announcement(name, announcedAddresses(answers, getAddresses()))
          if (message === undefined) return
          if (to === undefined) socket.respond(message)
          else socket.respond(to.id === undefined ? message : answerElsewhere(message, to.id), { ...to })
        }
      }
      service._onMdnsQuery({ questions: [question] })
    }
  }

  #take(response: ResponsePacket, name: string, chosen: ChosenInterface, from: string): void {
    for (const { id, addresses } of announcedPeers(response, name)) {
      const near = addresses.filter((address) => {
        const place = hostPort(address)
        return place !== undefined && chosen.isOnLink(place.host)
      })
      this.#init.found(id, near, from, chosen.hosts[0] ?? chosen.name)
    }
  }

  /**
   * An exception in a listener would end the process (docs/network.md trap 9). Those of multicast-dns when it sends are
   * not caught here: it sends in a later tick, so that mdnsSocket() drops what could not be answered.
   */
  #guard(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.#init.log.debug(`mdns: ${describeError(error)}`)
    }
  }
}
