import type { Connection, Libp2p } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import { BoundedMap } from '../../bounded-map.ts'
import { type Cancel, type Clock, every } from '../../clock.ts'
import { describeError } from '../../error.ts'
import type { Log } from '../../log.ts'
import { PEER_ID } from '../../names.ts'
import type { LastGoodLimits } from './limits.ts'

export interface LastGoodInit {
  readonly libp2p: Pick<Libp2p, 'addEventListener' | 'removeEventListener'>
  readonly clock: Clock
  readonly log: Log
  readonly limits: LastGoodLimits
  readonly inBook: (peer: string) => boolean
  /** The file's text; undefined where there is none. */
  readonly read: () => Promise<string | undefined>
  /** Replaces the file as a whole; absent where it may not be written. */
  readonly write?: ((text: string) => Promise<void>) | undefined
  /** Takes what the file has, at start; of each peer the address that was reached last comes last. */
  readonly recalled: (peer: string, addresses: readonly string[]) => void
}

/**
 * The addresses at which peers of the book were last reached, over restarts. They are apart from the book's own, which
 * are a person's, and only those that a dial of ours reached count: what a peer tells or whence it called does not.
 */
export class LastGoodAddresses {
  readonly name = 'last good addresses'
  readonly #init: LastGoodInit
  /** Of each peer the latest address first. */
  readonly #peers: BoundedMap<string, readonly string[]>
  readonly #opened = (event: CustomEvent<Connection>): void => this.#onOpen(event.detail)
  #cancel: Cancel | undefined
  #isChanged = false
  /** The last write; one at a time. */
  #writing: Promise<void> = Promise.resolve()

  constructor(init: LastGoodInit) {
    this.#init = init
    this.#peers = new BoundedMap(init.limits.peers)
  }

  async start(): Promise<void> {
    const { libp2p, clock, limits, recalled, inBook, write } = this.#init
    for (const [peer, addresses] of await this.#read())
      if (inBook(peer)) {
        this.#peers.set(peer, addresses)
        recalled(peer, addresses.toReversed())
      }
    if (write === undefined) return
    libp2p.addEventListener('connection:open', this.#opened)
    this.#cancel = every(clock, limits.write, () => void this.#write())
  }

  async stop(): Promise<void> {
    this.#init.libp2p.removeEventListener('connection:open', this.#opened)
    this.#cancel?.()
    await this.#write()
  }

  /** Removes those of one peer. @returns the addresses that are removed */
  forget(peer: string): readonly string[] {
    const addresses = this.#peers.get(peer) ?? []
    if (this.#peers.delete(peer)) this.#isChanged = true
    return addresses
  }

  #onOpen({ direction, remoteAddr, remotePeer }: Connection): void {
    const peer = remotePeer.toString()
    const address = remoteAddr.toString().replace(`/p2p/${peer}`, '')
    if (direction !== 'outbound' || address.includes('/p2p-circuit') || !this.#init.inBook(peer)) return
    const known = this.#peers.touch(peer) ?? []
    if (known[0] === address) return
    const latest = [address, ...known.filter((one) => one !== address)]
    this.#peers.set(peer, latest.slice(0, this.#init.limits.addresses))
    this.#isChanged = true
  }

  /** A file that cannot be read is no loss worth a stop: it fills again. */
  async #read(): Promise<[string, readonly string[]][]> {
    try {
      const text = await this.#init.read()
      return text === undefined ? [] : parsed(text, this.#init.limits)
    } catch (error) {
      this.#init.log.warn(
        `the last good addresses cannot be read, and are begun anew: ${describeError(error)}`
      )
      return []
    }
  }

  #write(): Promise<void> {
    const { write, inBook, log } = this.#init
    if (!this.#isChanged || write === undefined) return this.#writing
    this.#isChanged = false
    const peers = [...this.#peers].filter(([peer]) => inBook(peer))
    const text = `${JSON.stringify(Object.fromEntries(peers), null, 1)}\n`
    this.#writing = this.#writing
      .then(() => write(text))
      .catch((error: unknown) => {
        this.#isChanged = true
        log.debug(`the last good addresses cannot be written: ${describeError(error)}`)
      })
    return this.#writing
  }
}

/** @throws where it is not a file of ours */
function parsed(text: string, limits: LastGoodLimits): [string, readonly string[]][] {
  const value: unknown = JSON.parse(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error('not a map of PeerIds')
  return Object.entries(value).map(([peer, addresses]) => {
    if (!PEER_ID.test(peer)) throw new Error('a key is not a PeerId')
    if (!Array.isArray(addresses) || !addresses.every((one) => typeof one === 'string'))
      throw new Error(`${peer} has no list of addresses`)
    for (const address of addresses) multiaddr(address)
    return [peer, addresses.slice(0, limits.addresses)]
  })
}
