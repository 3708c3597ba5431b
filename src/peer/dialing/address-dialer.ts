import type { Connection } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import { type Clock, withDeadline } from '../../clock.ts'
import { describeError, isNodeError } from '../../error.ts'
import { hostPort } from '../discovery/multiaddr-host.ts'
import { Joined } from './joined.ts'
import { raceInTurn } from './race-in-turn.ts'
import { AllReported, NoAddress, type Report } from './way.ts'

export interface AddressDialerInit {
  readonly clock: Clock
  /** Dials one address. */
  readonly dial: (address: Multiaddr, signal: AbortSignal) => Promise<Connection>
  /** Milliseconds that one address may take. */
  readonly addressTimeout: number
}

/** Milliseconds until the next address is dialled beside the former (RFC 8305 section 8, Connection Attempt Delay). */
const ATTEMPT_DELAY = 250

/** What the errors of sockets mean, by their code. */
const REASONS: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'connection refused'],
  ['ECONNRESET', 'connection reset'],
  ['EHOSTUNREACH', 'no route to host'],
  ['ENETUNREACH', 'network is unreachable'],
  ['EHOSTDOWN', 'host is down'],
  ['ETIMEDOUT', 'no answer'],
  ['ENOTFOUND', 'no such host name']
])

/**
 * Dials the addresses of one peer side by side, each a moment after the former or as soon as all have failed; the
 * first connection is taken. libp2p's own dial has one job for a peer, in which an address without an answer holds up the
 * next ones by seconds (docs/network.md trap 5). An address that is being dialled already is not dialled twice.
 */
export class AddressDialer {
  readonly #init: AddressDialerInit
  readonly #dials = new Joined<Connection>()

  constructor(init: AddressDialerInit) {
    this.#init = init
  }

  /**
   * @param addresses with the PeerId, in the order in which they are dialled
   * @param report gets a line for each address that failed
   * @throws NoAddress, AllReported; the signal's reason
   */
  async dial(addresses: readonly Multiaddr[], signal: AbortSignal, report: Report): Promise<Connection> {
    if (addresses.length === 0) throw new NoAddress()
    const one = async (address: Multiaddr, limited: AbortSignal): Promise<Connection> => {
      try {
        return await this.#dialOne(address, limited)
      } catch (error) {
        if (!limited.aborted) report(`${placeOf(address)}: ${this.#reasonOf(error)}`)
        throw error
      }
    }
    const attempts = addresses.map((address, i) => ({
      startsAfter: i * ATTEMPT_DELAY,
      run: (limited: AbortSignal) => one(address, limited)
    }))
    const connection = await raceInTurn(attempts, this.#init.clock, signal)
    if (connection === undefined) throw new AllReported()
    return connection
  }

  #dialOne(address: Multiaddr, signal: AbortSignal): Promise<Connection> {
    const { clock, dial, addressTimeout } = this.#init
    return this.#dials.join(address.toString(), signal, (joint) =>
      withDeadline(clock, addressTimeout, address.toString(), (limited) => dial(address, limited), joint)
    )
  }

  #reasonOf(error: unknown): string {
    if (isNodeError(error, 'deadline')) return `no answer within ${this.#init.addressTimeout / 1000} s`
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    return REASONS.get(code) ?? describeError(error)
  }
}

/** The host, as people know it; of other addresses the text without the PeerId. */
function placeOf(address: Multiaddr): string {
  return hostPort(address)?.host ?? address.toString().replace(/\/p2p\/[^/]+$/, '')
}
