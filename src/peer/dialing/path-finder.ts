import type { Connection } from '@libp2p/interface'
import type { Clock } from '../../clock.ts'
import { describeError } from '../../error.ts'
import { isNearlySpent } from '../../limited.ts'
import type { DialGate } from './dial-gate.ts'
import { Joined } from './joined.ts'
import { type Attempt, raceInTurn } from './race-in-turn.ts'
import { AllReported, NoAddress, NotReached, type Report, type Way } from './way.ts'

/** Milliseconds for which a circuit that is about to be cut is used on after no other connection was found. */
const USED_ON = 30_000

export interface PathFinderInit {
  readonly clock: Clock
  /** In the order in which they are begun. */
  readonly ways: readonly Way[]
  /** The best connection to a peer that is open. */
  readonly standing: (peer: string) => Connection | undefined
  readonly gate: DialGate
}

export interface Found {
  readonly connection: Connection
  /** A line for each thing that failed before. */
  readonly tried: readonly string[]
  /** Whether it was made for this search. */
  readonly isNew: boolean
}

/** What stands before the reason of a way that failed. */
const LABELS: { readonly [Name in Way['name']]: string } = {
  addresses: '',
  neighbours: 'through neighbours: ',
  relay: 'relay: ',
  dht: 'DHT: '
}

/** Finds a connection to a peer: an open one, else by all ways, each begun while the former still tries. */
export class PathFinder {
  readonly #init: PathFinderInit
  readonly #ways: Way[]
  readonly #searches = new Joined<Found>()
  /** Clock.monotonic() when no other connection was found in place of one. */
  readonly #keptAt = new WeakMap<Connection, number>()

  constructor(init: PathFinderInit) {
    this.#init = init
    this.#ways = [...init.ways]
  }

  /** For the searches that begin from now on; a way made after this. */
  add(way: Way): void {
    this.#ways.push(way)
  }

  /** @throws NotReached; the signal's reason */
  async connect(peer: string, signal: AbortSignal): Promise<Connection> {
    return (await this.find(peer, signal)).connection
  }

  /** As connect, with what was tried. @throws NotReached; the signal's reason */
  async find(peer: string, signal: AbortSignal): Promise<Found> {
    const refusal = this.#init.gate(peer)
    if (refusal !== undefined) throw new NotReached([refusal], false)
    const standing = this.#init.standing(peer)
    if (standing !== undefined && this.#isUsable(standing))
      return { connection: standing, tried: [], isNew: false }
    return await this.#searches.join(peer, signal, (joint) =>
      standing === undefined ? this.#search(peer, joint) : this.#replace(peer, standing, joint)
    )
  }

  /** Each question and each datagram would search anew until the circuit is cut. */
  #isUsable(standing: Connection): boolean {
    if (!isNearlySpent(standing)) return true
    const keptAt = this.#keptAt.get(standing)
    return keptAt !== undefined && this.#init.clock.monotonic() - keptAt < USED_ON
  }

  /** Finds another connection before a circuit is cut; without one, what is left of it is used. */
  async #replace(peer: string, spent: Connection, signal: AbortSignal): Promise<Found> {
    try {
      for (const way of this.#ways) {
        const connection = await way.renew?.(spent, signal).catch(() => undefined)
        if (connection !== undefined) return { connection, tried: [], isNew: true }
      }
      return await this.#search(peer, signal)
    } catch (error) {
      if (signal.aborted || spent.status !== 'open') throw error
      this.#keptAt.set(spent, this.#init.clock.monotonic())
      return { connection: spent, tried: error instanceof NotReached ? error.tried : [], isNew: false }
    }
  }

  async #search(peer: string, signal: AbortSignal): Promise<Found> {
    const { clock } = this.#init
    const tried: string[] = []
    let hadNoAddress = false
    const report: Report = (line) => tried.push(line)
    const attempts = this.#ways.map(
      (way): Attempt<Connection> => ({
        startsAfter: way.startsAfter,
        run: async (limited) => {
          try {
            return await way.dial(peer, limited, report)
          } catch (error) {
            hadNoAddress ||= error instanceof NoAddress
            const isNew = !limited.aborted && !(error instanceof AllReported)
            if (isNew) report(`${LABELS[way.name]}${describeError(error)}`)
            throw error
          }
        }
      })
    )
    const connection = await raceInTurn(attempts, clock, signal)
    if (connection === undefined) throw new NotReached(tried, hadNoAddress)
    return { connection, tried, isNew: true }
  }
}
