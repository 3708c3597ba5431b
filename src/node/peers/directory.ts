import { isIP } from 'node:net'
import { multiaddr } from '@multiformats/multiaddr'
import { NodeError } from '../../error.ts'
import { NAME } from '../../names.ts'
import type { AddressBook, BookEntry } from '../../peer/book/book.ts'
import { multihashOfPeer } from '../../reading/series.ts'

/** What is known of peers: the book, and their catalogues. */
export interface PeerDirectorySource {
  /** This node as configured now; without a name in a node for one command. */
  readonly self: PeerInfo
  readonly book: Pick<AddressBook, 'entries' | 'get' | 'ofPeer'>
  /** Names and purposes that peers claim in their verified catalogues. */
  claims(): readonly PeerInfo[]
  /** The claim of one peer, in constant time: it is asked for each line of a screen. */
  claimOf(peer: string): PeerInfo | undefined
  /** PeerIds of neighbours, connected or remembered. */
  near(): readonly string[]
  isConnected(peer: string): boolean
}

/** What a peer claims of itself. */
export interface PeerInfo {
  readonly peer: string
  readonly name: string
  readonly purposes: readonly string[]
}

/** A peer that a request is for. */
export interface Target {
  readonly peer: string
  /** The multiaddr that was given, or those of the book. */
  readonly addresses: readonly string[]
}

/** Shorter tails are too likely to be a mistyped name. */
const SHORTEST_TAIL = 4
/** Characters of a PeerId that stand for it on a screen. */
const SHOWN_TAIL = 7

/** Maps what people write (a name, a purpose, a PeerId or its tail, a multiaddr) to peers, and peers to names. */
export class PeerDirectory {
  readonly #source: PeerDirectorySource
  /** How many peers claim a name; undefined where it must be counted anew. */
  #claimants: ReadonlyMap<string, number> | undefined

  constructor(source: PeerDirectorySource) {
    this.#source = source
  }

  /** The book's name, else the one that the peer claims, else null. */
  nameOf(peer: string): string | null {
    const claimed = this.claimOf(peer)?.name
    return this.#inBook(peer)?.name ?? (claimed === '' ? undefined : claimed) ?? null
  }

  /**
   * How a peer is shown: its name, or `…` and the end of the PeerId. Anybody can claim any name: one that the book or
   * this node has for another peer, that several claim, or that is not of the form of a name, has both.
   */
  labelOf(peer: string): string {
    const tail = `…${peer.slice(-SHOWN_TAIL)}`
    const name = this.nameOf(peer)
    if (name === null) return tail
    return this.isKnown(peer) || this.#isUnique(name) ? name : `${name}${tail}`
  }

  /** Whether its name is not its own claim: it is in the book, or this node. */
  isKnown(peer: string): boolean {
    return peer === this.#source.self.peer || this.#inBook(peer) !== undefined
  }

  purposesOf(peer: string): string[] {
    const claimed = this.claimOf(peer)?.purposes ?? []
    return [...new Set([...(this.#inBook(peer)?.purposes ?? []), ...claimed])]
  }

  isInBook(peer: string): boolean {
    return this.#inBook(peer) !== undefined
  }

  /**
   * One peer, or several where a purpose is meant.
   * @throws NodeError nobody-found, ambiguous
   */
  resolve(who: string): Target[] {
    const found = this.find(who)
    if (found.length > 0) return found
    throw new NodeError('nobody-found', `nobody known as "${who}"`, {
      hint: asMultiaddr(who) ?? {
        command: 'kith peers lists who is near; kith book add NAME PEERID adds an entry',
        program: 'peers() has who is near; book.add(name, peer) adds an entry'
      },
      remedy: 'retry'
    })
  }

  /** As resolve, but an empty list where nobody is found. */
  find(who: string): Target[] {
    if (who === '') return []
    if (who.startsWith('/')) return [fromMultiaddr(who)]
    const named = this.#source.book.get(who)
    if (named !== undefined) return [this.#target(named.peer)]
    if (multihashOfPeer(who) !== undefined) return [this.#target(who)]
    const ways = [
      () => this.#byPurpose(who),
      () => this.#one(who, this.#byClaimedName(who)),
      () => this.#one(who, this.#byTail(who))
    ]
    for (const way of ways) {
      const peers = way()
      if (peers.length > 0) return peers.map((peer) => this.#target(peer))
    }
    return []
  }

  #byClaimedName(name: string): string[] {
    return this.#claims()
      .filter((one) => one.name === name)
      .map((one) => one.peer)
  }

  #byPurpose(purpose: string): string[] {
    const written = this.#source.book.entries().filter((entry) => entry.purposes.includes(purpose))
    const claimed = this.#claims().filter((one) => one.purposes.includes(purpose))
    return [...new Set([...written, ...claimed].map((one) => one.peer))]
  }

  /** Whether one stranger claims the name, and no other peer has it. */
  #isUnique(name: string): boolean {
    const { self, book } = this.#source
    if (!NAME.test(name) || name === self.name || book.get(name) !== undefined) return false
    return this.#countClaims().get(name) === 1
  }

  /** Counted once for all that is shown at one time. */
  #countClaims(): ReadonlyMap<string, number> {
    if (this.#claimants !== undefined) return this.#claimants
    const counts = new Map<string, number>()
    for (const { name } of this.#claims()) counts.set(name, (counts.get(name) ?? 0) + 1)
    this.#claimants = counts
    queueMicrotask(() => {
      this.#claimants = undefined
    })
    return counts
  }

  /** Also takes a label as it is shown: `hall…4XbQ9zk`, `hall~4XbQ9zk` on a terminal of ASCII. */
  #byTail(who: string): string[] {
    const [name = '', ...tails] = who.split(/[…~]/)
    const tail = tails.length === 0 ? who : (tails.at(-1) ?? '')
    const wanted = tails.length === 0 || name === '' ? undefined : who.slice(0, -tail.length - 1)
    if (tail.length < SHORTEST_TAIL) return []
    const all = [
      ...this.#source.book.entries().map((entry) => entry.peer),
      ...this.#claims().map((one) => one.peer),
      ...this.#source.near()
    ]
    const ending = [...new Set(all)].filter((peer) => peer.endsWith(tail))
    return wanted === undefined ? ending : ending.filter((peer) => this.nameOf(peer) === wanted)
  }

  /** Of several, the connected one is meant: the others may be devices that are gone. */
  #one(who: string, peers: string[]): string[] {
    if (peers.length < 2) return peers
    const source = this.#source
    const connected = peers.filter((peer) => peer === source.self.peer || source.isConnected(peer))
    if (connected.length === 1) return connected
    throw new NodeError(
      'ambiguous',
      `"${who}" may mean ${peers.map((peer) => `${this.labelOf(peer)} (${peer})`).join(' or ')}`,
      {
        hint: {
          command: 'write more of the PeerId, or give one of them a name: kith book add NAME PEERID',
          program: 'write more of the PeerId, or give one of them a name: book.add(name, peer)'
        }
      }
    )
  }

  /** All claims, our own first. */
  #claims(): PeerInfo[] {
    const { self } = this.#source
    return [self, ...this.#source.claims().filter(({ peer }) => peer !== self.peer)]
  }

  /** What a peer claims of itself. */
  claimOf(peer: string): PeerInfo | undefined {
    const { self } = this.#source
    return peer === self.peer ? self : this.#source.claimOf(peer)
  }

  #inBook(peer: string): BookEntry | undefined {
    return this.#source.book.ofPeer(peer)
  }

  #target(peer: string): Target {
    return { peer, addresses: this.#inBook(peer)?.addresses ?? [] }
  }
}

/** For a host in place of a peer: an address does not say who has to answer there. */
function asMultiaddr(who: string): string | undefined {
  const [, host = '', port = '4001'] =
    isIP(who) === 6 ? [who, who] : (/^(.*?)(?::(\d{1,5}))?$/.exec(who) ?? [])
  const version = isIP(host)
  return version === 0
    ? undefined
    : `with the PeerId, which has to answer there: /ip${version}/${host}/tcp/${port}/p2p/12D3KooW…`
}

function fromMultiaddr(text: string): Target {
  const bad = (cause?: unknown): NodeError =>
    new NodeError('bad-multiaddr', `"${text}" is not a multiaddr with a PeerId`, {
      hint: 'write it as /ip4/192.168.1.20/tcp/4001/p2p/12D3KooW…',
      cause
    })
  try {
    const peer = multiaddr(text)
      .getComponents()
      .findLast((one) => one.name === 'p2p')?.value
    if (peer === undefined || multihashOfPeer(peer) === undefined) throw bad()
    return { peer, addresses: [text] }
  } catch (error) {
    throw error instanceof NodeError ? error : bad(error)
  }
}
