import type { Connection } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

/** Receives a line about one thing that was tried: `192.168.1.20: no route to host`. */
export type Report = (line: string) => void

/** Dials a peer at these addresses. @throws where none of them leads to it */
export type DialPeer = (
  peer: string,
  addresses: readonly Multiaddr[],
  signal: AbortSignal,
  report?: Report
) => Promise<Connection>

/** One way to a peer. dial() resolves with a connection that stands, or throws why not, in words for people. */
export interface Way {
  readonly name: 'addresses' | 'neighbours' | 'relay' | 'dht'
  /** Milliseconds after the start of the search; see docs/network.md. */
  readonly startsAfter: number
  /** @throws what reads well behind the name of the way; AllReported where `report` got every line */
  dial(peer: string, signal: AbortSignal, report: Report): Promise<Connection>
  /** Replaces a connection of this way that is about to be cut, before a whole search. @throws where it cannot */
  renew?(spent: Connection, signal: AbortSignal): Promise<Connection>
}

/** Thrown by a way that has reported each thing it tried. */
export class AllReported extends Error {
  constructor() {
    super('nothing of what was tried led to it')
    this.name = 'AllReported'
  }
}

/** Thrown by a search without a connection. */
export class NotReached extends Error {
  /** A line for each thing that was tried. */
  readonly tried: readonly string[]
  /** Whether no address was known: one may still be heard. */
  readonly hadNoAddress: boolean

  constructor(tried: readonly string[], hadNoAddress: boolean) {
    super(tried.join('; '))
    this.name = 'NotReached'
    this.tried = tried
    this.hadNoAddress = hadNoAddress
  }
}

/** Thrown where no address of a peer is known. */
export class NoAddress extends Error {
  constructor() {
    super('not seen on this network, and no address is known')
    this.name = 'NoAddress'
  }
}
