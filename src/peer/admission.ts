import type { LocalNetwork } from './discovery/local-network.ts'

/** Whose readings are taken (docs/protocols.md section 14). */
export type Accept = 'book' | 'near' | 'anyone'

/** The facts of a connection that decide whether its peer is answered. */
export interface Caller {
  readonly peer: string
  /** The remote IP address; undefined over a relay or in memory. */
  readonly host: string | undefined
  readonly direct: boolean
}

export interface AdmissionInit {
  readonly accept: () => Accept
  /** Whether a PeerId is one of those that are never answered, and whose readings are never taken. */
  readonly denies: (peer: string) => boolean
  readonly inBook: (peer: string) => boolean
  readonly network: LocalNetwork
  /** The facts of our connection to a peer, if there is one. */
  readonly callerOf: (peer: string) => Caller | undefined
}

/**
 * Who is answered, and whose readings are taken. Streams and datagrams answer the book and the local
 * network; readings are taken by `accept`, where `near` means that they reached us through a
 * neighbour on the local network, or that their author is in the book.
 */
export class Admission {
  readonly #init: AdmissionInit

  constructor(init: AdmissionInit) {
    this.#init = init
  }

  denies(peer: string): boolean {
    return this.#init.denies(peer)
  }

  answers(caller: Caller): boolean {
    if (this.denies(caller.peer)) return false
    return this.#init.inBook(caller.peer) || this.isNear(caller)
  }

  /** @param source the peer that handed the reading to us; undefined where we asked for it */
  admits(author: string, source?: string): boolean {
    if (this.denies(author) || (source !== undefined && this.denies(source))) return false
    const accept = this.#init.accept()
    if (accept === 'anyone' || this.#init.inBook(author)) return true
    if (accept === 'book') return false
    if (source === undefined) return true
    const caller = this.#init.callerOf(source)
    return this.#init.inBook(source) || (caller !== undefined && this.isNear(caller))
  }

  /** In-process transports have no host: their peers count as near. */
  isNear(caller: Caller): boolean {
    return caller.direct && (caller.host === undefined || this.#init.network.isNear(caller.host))
  }
}
