import { isNodeError, NodeError } from '../../error.ts'
import { META_TOPIC } from '../../protocol/protocol-registry.ts'
import type { DatagramAnswer, DatagramQueryClient, QueryClient } from '../../protocol/query/index.ts'
import { localSeries, parseSeries } from '../../reading/series.ts'
import type { Catalogue } from '../../reading/signed/catalogue.ts'
import type { ReceivedBy, SealedReadings } from '../../reading/signed/sealed.ts'
import { requiredDatagrams } from '../network/datagrams.ts'
import { nextBatch } from './batch.ts'
import type { AskRequest } from './operations.ts'

type Way = AskRequest['by']

export interface QueryRouterInit {
  readonly streams: Pick<QueryClient, 'read' | 'describe'>
  /** undefined where datagrams are switched off. */
  readonly datagrams: DatagramQueryClient | undefined
  /** Whether a peer is known to speak datagrams. */
  readonly speaksDatagrams: (peer: string) => Promise<boolean>
  /** Takes verified answers. */
  readonly received: (sealed: SealedReadings, receivedBy: ReceivedBy) => void
}

/** Asks one peer by datagram, else over a stream, unless `by` says which. */
export class QueryRouter {
  readonly #init: QueryRouterInit

  constructor(init: QueryRouterInit) {
    this.#init = init
  }

  /** @throws NodeError 'unsupported' for datagrams where they are switched off */
  checkWay(by: Way): void {
    if (by === 'datagram') requiredDatagrams(this.#init.datagrams)
  }

  /** The catalogue of a peer. It may be too big for a packet: then a stream is used even where `by` is datagram. */
  async describe(peer: string, by: Way, signal: AbortSignal): Promise<Catalogue> {
    return await this.#ask(
      peer,
      by === 'datagram' ? 'auto' : by,
      signal,
      (datagrams) => datagrams.describe(peer, [META_TOPIC], {}, signal),
      () => this.#init.streams.describe(peer, [META_TOPIC], {}, signal)
    )
  }

  /**
   * Asks for the latest readings of a protocol, and passes the answers on.
   * @param protocols newest version first
   * @param series whole names of what is wanted; everything where they are not known
   */
  async read(
    peer: string,
    protocols: readonly string[],
    series: readonly string[] | undefined,
    by: Way,
    signal: AbortSignal
  ): Promise<void> {
    const asked = { peer, protocols, signal }
    await this.#ask(
      peer,
      by,
      signal,
      (datagrams) =>
        series === undefined ? this.#readAll(datagrams, asked) : this.#readNamed(datagrams, asked, series),
      () => this.#readByStream(asked)
    )
  }

  async #ask<T>(
    peer: string,
    by: Way,
    signal: AbortSignal,
    byDatagram: (datagrams: DatagramQueryClient) => Promise<T>,
    byStream: () => Promise<T>
  ): Promise<T> {
    const { datagrams, speaksDatagrams } = this.#init
    if (by === 'datagram') return await byDatagram(requiredDatagrams(datagrams))
    if (by === 'stream' || datagrams === undefined || !(await speaksDatagrams(peer))) return await byStream()
    try {
      return await byDatagram(datagrams)
    } catch (error) {
      signal.throwIfAborted()
      if (isFinal(error)) throw error
      return await byStream()
    }
  }

  async #readByStream({ peer, protocols, signal }: Asked): Promise<void> {
    const { streams, received } = this.#init
    for (const sealed of await streams.read(peer, protocols, {}, signal)) received(sealed, 'read')
  }

  async #readAll(datagrams: DatagramQueryClient, { peer, protocols, signal }: Asked): Promise<void> {
    const { packs, left } = await datagrams.read(peer, protocols, {}, signal)
    for (const sealed of packs) this.#init.received(sealed, 'datagram')
    if (left > 0) throw tooBig(peer, left)
  }

  /** Several series a packet; those that did not fit the answer are asked for again. */
  async #readNamed(datagrams: DatagramQueryClient, asked: Asked, series: readonly string[]): Promise<void> {
    const missing = new Map(series.map((name) => [name, tailOf(name)]))
    while (missing.size > 0) {
      const batch = nextBatch(missing)
      const { packs, left } = await this.#readBatch(datagrams, asked, batch)
      const before = missing.size
      for (const sealed of packs) {
        this.#init.received(sealed, 'datagram')
        for (const reading of sealed.readings) missing.delete(reading.series)
      }
      // What was not left out and did not come is not there.
      if (left === 0) for (const name of batch.keys()) missing.delete(name)
      if (missing.size === before) throw tooBig(asked.peer, left)
    }
  }

  /** A catalogue also lists series without a reading: `no-such` for one batch does not end the others. */
  async #readBatch(
    datagrams: DatagramQueryClient,
    { peer, protocols, signal }: Asked,
    batch: ReadonlyMap<string, string>
  ): Promise<DatagramAnswer> {
    try {
      return await datagrams.read(peer, protocols, { n: selector(batch) }, signal)
    } catch (error) {
      if (isNodeError(error, 'no-such')) return { packs: [], left: 0 }
      throw error
    }
  }
}

interface Asked {
  readonly peer: string
  readonly protocols: readonly string[]
  readonly signal: AbortSignal
}

/** One name stands alone, several in a list (frame.ts). */
function selector(batch: ReadonlyMap<string, string>): string | string[] {
  const [first = '', ...others] = batch.values()
  return others.length === 0 ? first : [first, ...others]
}

function tailOf(name: string): string {
  const parts = parseSeries(name)
  return parts === undefined ? name : localSeries(parts.device, parts.quantity, parts.channel)
}

/** Errors that a stream would answer as well. */
function isFinal(error: unknown): boolean {
  return ['denied', 'no-such', 'no-data'].some((code) => isNodeError(error, code))
}

function tooBig(peer: string, left: number): NodeError {
  return new NodeError('too-big', `${left} packs of ${peer} do not fit a datagram`, {
    hint: 'ask over a stream'
  })
}
