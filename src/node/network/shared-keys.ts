import type { Connection, Libp2p } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import { BoundedMap } from '../../bounded-map.ts'
import { type Clock, withDeadline } from '../../clock.ts'
import { remoteHost } from '../../direct.ts'
import { describeError } from '../../error.ts'
import type { Log } from '../../log.ts'
import type { Startable } from '../../startable.ts'

export interface SharedKeysInit {
  readonly libp2p: Pick<Libp2p, 'getConnections' | 'addEventListener' | 'removeEventListener'>
  /** Our PeerId. */
  readonly self: string
  readonly clock: Clock
  readonly log: Log
  /** Milliseconds that a question may take. */
  readonly deadline: number
  readonly labelOf: (peer: string) => string
  /** The boot of the run that answers on this connection (docs/protocols.md section 5). */
  readonly bootOf: (connection: Connection, signal: AbortSignal) => Promise<string>
}

/** A key that two nodes use. */
export interface SharedKey {
  readonly peer: string
  /** Where the two were seen. */
  readonly addresses: readonly [string, string]
}

interface Seen extends SharedKey {
  /** Clock.monotonic() of the last time. */
  seenAt: number
}

/** Keys remembered. */
const MAX_KEYS = 64
/** Milliseconds after which a key that was not seen twice again counts as repaired. */
const REPAIRED = 3_600_000

/**
 * Notices one key on two machines, as when a home or an SD card is copied. Peers take both for one node: gossip and
 * connections go to one of them, and the readings of the older run are lost.
 *
 * Our own key is noticed when mDNS announces it from an address that is not ours, or with ports that are not ours. The key of a peer is noticed when two
 * connections from different hosts answer with different runs; one node with two interfaces answers with one run.
 */
export class SharedKeys implements Startable {
  readonly name = 'shared keys'
  readonly #init: SharedKeysInit
  readonly #keys = new BoundedMap<string, Seen>(MAX_KEYS)
  readonly #asking = new Set<string>()
  readonly #stopping = new AbortController()

  constructor(init: SharedKeysInit) {
    this.#init = init
  }

  start(): void {
    this.#init.libp2p.addEventListener('connection:open', this.#opened)
  }

  stop(): void {
    this.#init.libp2p.removeEventListener('connection:open', this.#opened)
    this.#stopping.abort(new Error('the node stops'))
  }

  all(): SharedKey[] {
    const since = this.#init.clock.monotonic() - REPAIRED
    return [...this.#keys.values()]
      .filter(({ seenAt }) => seenAt >= since)
      .map(({ peer, addresses }) => ({ peer, addresses }))
  }

  /** Our own key was announced by another node. */
  announced(own: string, other: string): void {
    this.#found(this.#init.self, [own, other])
  }

  /** Never throws: it is called by libp2p's listeners (docs/network.md trap 9). */
  readonly #opened = ({ detail }: CustomEvent<Connection>): void => {
    const { remotePeer } = detail
    const peer = remotePeer.toString()
    const [one, other] = byHost(this.#init.libp2p.getConnections(remotePeer))
    if (one === undefined || other === undefined || this.#asking.has(peer)) return
    this.#asking.add(peer)
    this.#compare(peer, one, other)
      .catch((error: unknown) => this.#init.log.debug(`two hosts of ${peer}: ${describeError(error)}`))
      .finally(() => this.#asking.delete(peer))
  }

  async #compare(peer: string, one: Connection, other: Connection): Promise<void> {
    const { clock, deadline, bootOf } = this.#init
    const ask = (signal: AbortSignal): Promise<[string, string]> =>
      Promise.all([bootOf(one, signal), bootOf(other, signal)])
    const [first, second] = await withDeadline(clock, deadline, `asking ${peer}`, ask, this.#stopping.signal)
    if (first !== second) this.#found(peer, [hostOf(one), hostOf(other)])
  }

  #found(peer: string, addresses: readonly [string, string]): void {
    const { clock, log, self, labelOf } = this.#init
    const isKnown = this.all().some((key) => key.peer === peer)
    this.#keys.set(peer, { peer, addresses, seenAt: clock.monotonic() })
    if (isKnown) return
    const whose = peer === self ? 'the key of this node' : `the key of ${labelOf(peer)}`
    log.warn(`${whose} is used twice, at ${addresses.join(' and ')}: readings of one of them are lost`, {
      peer,
      hint: 'make a new home for one of them: kith init --home FOLDER'
    })
  }
}

/** One connection of each remote host, the latest first. */
function byHost(connections: readonly Connection[]): Connection[] {
  const open = connections.filter(({ status }) => status === 'open').toReversed()
  return [
    ...new Map(open.flatMap((one) => (remoteHost(one) === undefined ? [] : [[hostOf(one), one]]))).values()
  ]
}

function hostOf(connection: Connection): string {
  return remoteHost(connection) ?? connection.remoteAddr.toString()
}

/**
 * One address of ours and one of another node on this machine that has our key, as when a home was copied and both
 * run; undefined where a port is ours too: then the announcement is our own.
 * @param announced what mDNS brought for our PeerId from an address of this machine
 */
export function besideUs(
  announced: readonly Multiaddr[],
  own: readonly Multiaddr[]
): readonly [string, string] | undefined {
  const ports = new Set(own.map(portOf))
  const [ours, theirs] = [own[0], announced[0]]
  if (ours === undefined || theirs === undefined || announced.some((one) => ports.has(portOf(one))))
    return undefined
  return [placeOf(ours), placeOf(theirs)]
}

function portOf(address: Multiaddr): string | undefined {
  return address.getComponents().find(({ name }) => name === 'tcp')?.value
}

/** Without the PeerId, which is the same for both. */
function placeOf(address: Multiaddr): string {
  return address.toString().replace(/\/p2p\/[^/]+$/, '')
}
