import type { Connection, Stream } from '@libp2p/interface'
import { ByteBudget } from '../circuit/byte-budget.ts'
import { Circuit } from '../circuit/circuit.ts'
import { directConnection } from '../circuit/components.ts'
import { sendFrame } from '../circuit/first-frame.ts'
import { Refused } from './check-open.ts'
import { openOnward } from './circuit-opener.ts'
import { CircuitTable, type Place } from './circuit-table.ts'
import { encodeStatus, type Open } from './codec.ts'
import type { ViaComponents, ViaInit } from './components.ts'

/** Carries circuits for others. */
export class Hop {
  readonly #components: ViaComponents
  readonly #init: ViaInit
  readonly #table: CircuitTable
  readonly #shared: ByteBudget
  readonly #stopping: AbortSignal
  #carried = 0
  #bytes = 0

  constructor(components: ViaComponents, init: ViaInit, stopping: AbortSignal) {
    const { totalRate, burst } = init.limits
    this.#components = components
    this.#init = init
    this.#stopping = stopping
    this.#table = new CircuitTable(init.limits)
    this.#shared = new ByteBudget({ perSecond: totalRate, burst })
  }

  get counters(): { readonly carried: number; readonly bytes: number; readonly circuits: number } {
    return { carried: this.#carried, bytes: this.#bytes, circuits: this.#table.size }
  }

  stop(): void {
    this.#table.endAll(new Error('the node stops'))
  }

  /** @param open checked (check-open.ts) @throws Refused, RefusedBeyond; what sending to a closed stream throws */
  async carry(near: Stream, connection: Connection, { to, from }: Open): Promise<void> {
    const [next = '', ...rest] = to
    const onward = this.#onward(connection, next)
    const caller = connection.remotePeer.toString()
    const { clock } = this.#components
    const isKnown = this.#init.inBook(caller) && this.#init.inBook(next)
    const place = this.#table.take({ inBook: isKnown, host: hostOf(connection) }, clock.monotonic())
    if (place === undefined) throw new Refused('busy', 'it carries as many circuits as it may')
    const gone = new AbortController()
    const onClose = (): void => gone.abort(new Error('the caller is gone'))
    near.addEventListener('close', onClose)
    try {
      const open = { to: rest, from: [...from, caller] }
      const far = await openOnward(onward, open, clock, AbortSignal.any([gone.signal, this.#stopping]))
      this.#join(near, far, place)
    } catch (error) {
      this.#table.give(place)
      throw error
    } finally {
      near.removeEventListener('close', onClose)
    }
  }

  /** @throws Refused */
  #onward(connection: Connection, next: string): Connection {
    const { serves } = this.#init
    if (!serves(connection)) throw new Refused('denied', 'it carries no circuits for this peer')
    const onward = directConnection(this.#components.network, next)
    // Whether a peer that is not served is connected is nobody's business.
    if (onward === undefined || !serves(onward))
      throw new Refused('no-such', 'the next peer is not connected')
    return onward
  }

  #join(near: Stream, far: Stream, place: Place): void {
    const { clock } = this.#components
    const { rate, burst } = this.#init.limits
    try {
      sendFrame(near, encodeStatus(undefined))
    } catch (error) {
      far.abort(error as Error)
      throw error
    }
    const circuit = new Circuit({
      near,
      far,
      outward: new ByteBudget({ perSecond: rate, burst }),
      inward: new ByteBudget({ perSecond: rate, burst }),
      shared: this.#shared,
      clock,
      onBytes: (count) => {
        this.#bytes += count
        place.usedAt = clock.monotonic()
      },
      onClose: () => this.#table.give(place)
    })
    place.end = (error) => circuit.end(error)
    this.#carried++
  }
}

function hostOf({ remoteAddr }: Connection): string | undefined {
  return remoteAddr.getComponents().find(({ name }) => name === 'ip4' || name === 'ip6')?.value
}
