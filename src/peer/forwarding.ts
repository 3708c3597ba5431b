import type { Caller } from './admission.ts'
import { isSingleHomed } from './discovery/chosen-interface.ts'
import type { Interfaces, LocalNetwork } from './discovery/local-network.ts'

export interface ForwardingInit {
  /** kith.yaml's `forward`; `off` decides what is subscribed to, and forwards that as `near` does. */
  readonly forward: 'off' | 'book' | 'near'
  readonly inBook: (peer: string) => boolean
  /** The facts of our connection to a peer, if there is one. */
  readonly callerOf: (peer: string) => Caller | undefined
  readonly network: LocalNetwork
}

/**
 * What a node passes on of others, by gossip and in answers (docs/protocols.md section 14). Two peers of the book hear of each other through it.
 * With `near` so do any two on one link of this machine, and on a machine in one network any two at all.
 */
export class Forwarding {
  readonly #init: ForwardingInit
  /** The interfaces that #singleHomed is about. */
  #interfaces: Interfaces | undefined
  #singleHomed = false

  constructor(init: ForwardingInit) {
    this.#init = init
  }

  /** Whether what one neighbour sent is passed on to another. */
  passes(source: string, to: string): boolean {
    const { forward, inBook, callerOf } = this.#init
    if (inBook(source) && inBook(to)) return true
    if (forward === 'book') return false
    if (this.#isSingleHomed()) return true
    const [from, target] = [callerOf(source), callerOf(to)]
    return from?.direct === true && target?.direct === true && this.#sharesLink(from, target)
  }

  /**
   * Whether a peer may ask here for what another one published: what would be passed on to it, had it listened, and
   * everything where it is in the book. Whoever went away is on no link any more.
   */
  shows(author: string, asker: string): boolean {
    const { inBook, callerOf } = this.#init
    if (inBook(asker) || author === asker || this.#isSingleHomed()) return true
    const [from, target] = [callerOf(author), callerOf(asker)]
    return from?.direct === true && target?.direct === true && this.#sharesLink(from, target)
  }

  /** A program on this machine sees every link by itself. */
  #sharesLink({ host: one }: Caller, { host: other }: Caller): boolean {
    const { network } = this.#init
    const isHere = (host: string | undefined): boolean => host !== undefined && network.isOwnAddress(host)
    return isHere(one) || isHere(other) || network.sharesLink(one, other)
  }

  /** LocalNetwork has another object once an interface has changed. */
  #isSingleHomed(): boolean {
    const { interfaces } = this.#init.network
    if (interfaces !== this.#interfaces) {
      this.#interfaces = interfaces
      this.#singleHomed = isSingleHomed(interfaces)
    }
    return this.#singleHomed
  }
}
