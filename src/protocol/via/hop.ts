import type { Connection, Stream } from '@libp2p/interface'
import { remoteSource } from '../../direct.ts'
import { ByteBudget } from '../circuit/byte-budget.ts'
import { Circuit } from '../circuit/circuit.ts'
import { directConnection } from '../circuit/components.ts'
import { failLate } from '../circuit/fail-late.ts'
import { sendFrame } from '../circuit/first-frame.ts'
import { Refused } from './check-open.ts'
import { openOnward } from './circuit-opener.ts'
import { CircuitTable, type Place } from './circuit-table.ts'
import { encodeStatus, type Open } from './codec.ts'
import type { ViaComponents, ViaInit } from './components.ts'
import { STATUS_DEADLINE } from './constants.ts'

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

  get counters(): Readonly<Record<'carried' | 'bytes' | 'circuits' | 'held', number>> {
    const { size, held } = this.#table
    return { carried: this.#carried, bytes: this.#bytes, circuits: size, held }
  }

  stop(): void {
    this.#table.endAll(new Error('the node stops'))
  }

  /**
   * Callers outside the book learn of the next peers only whether a circuit stands: that the next one is not there, and
   * whatever those behind it answer, is one refusal at one time.
   * @param open checked (check-open.ts)
   * @throws Refused, to callers of the book RefusedBeyond; what sending to a closed stream throws
   */
  async carry(near: Stream, connection: Connection, { to, from }: Open): Promise<void> {
    const [next = '', ...rest] = to
    const caller = connection.remotePeer.toString()
    const { serves, inBook } = this.#init
    if (!serves(connection)) throw new Refused('denied', 'it carries no circuits for this peer')
    const { clock } = this.#components
    const open = { to: rest, from: [...from, caller] }
    if (inBook(caller)) {
      const onward = this.#onward(next)
      await this.#carry(near, connection, inBook(next), (signal) => openOnward(onward, open, clock, signal))
      return
    }
    const late = async (signal: AbortSignal): Promise<Stream> => {
      const reach = async (): Promise<Stream> => await openOnward(this.#onward(next), open, clock, signal)
      return await failLate(clock, STATUS_DEADLINE * to.length, signal, reach).catch(() => {
        throw notConnected()
      })
    }
    await this.#carry(near, connection, false, late)
  }

  /** @param isKnown whether caller and next peer are in the book */
  async #carry(
    near: Stream,
    connection: Connection,
    isKnown: boolean,
    reach: (signal: AbortSignal) => Promise<Stream>
  ): Promise<void> {
    const { clock } = this.#components
    const place = this.#table.take({ inBook: isKnown, source: remoteSource(connection) }, clock.monotonic())
    if (place === undefined) throw new Refused('busy', 'it carries as many circuits as it may')
    const gone = new AbortController()
    const onClose = (): void => gone.abort(new Error('the caller is gone'))
    near.addEventListener('close', onClose)
    try {
      this.#join(near, await reach(AbortSignal.any([gone.signal, this.#stopping])), place)
    } catch (error) {
      this.#table.give(place)
      throw error
    } finally {
      near.removeEventListener('close', onClose)
    }
  }

  /** @throws Refused */
  #onward(next: string): Connection {
    const onward = directConnection(this.#components.network, next)
    // Whether a peer that is not served is connected is nobody's business.
    if (onward === undefined || !this.#init.serves(onward)) throw notConnected()
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
    place.circuit = circuit
    this.#carried++
  }
}

function notConnected(): Refused {
  return new Refused('no-such', 'the next peer is not connected')
}
