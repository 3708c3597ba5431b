import type { Connection } from '@libp2p/interface'
import { type Clock, withDeadline } from '../../clock.ts'
import { defined } from '../../defined.ts'
import { describeError, NodeError } from '../../error.ts'
import type { Datagrams } from '../../protocol/datagram/index.ts'
import { Pinger, streamRoundTrip } from '../../protocol/ping/index.ts'
import { requiredDatagrams } from '../network/datagrams.ts'
import type { PeerDirectory, Target } from '../peers/directory.ts'
import type { PeerResolver } from '../peers/resolver.ts'
import type { PingReply, PingRequest } from './operations.ts'

export interface PingInit {
  readonly clock: Clock
  readonly resolver: PeerResolver
  readonly directory: PeerDirectory
  /** undefined where datagrams are switched off. */
  readonly datagrams: Datagrams | undefined
  /** Whether a peer is known to speak datagrams. */
  readonly speaksDatagrams: (peer: string) => Promise<boolean>
  /** The path of a connection, in words. */
  readonly pathOf: (connection: Connection) => string
}

/** Milliseconds between pings, and until one without an answer fails. */
const SPACING = 1000
const DEADLINE = 5000

/** Round trips to one peer, or to each that is meant, one a second: by datagram where the peer takes them, else by stream. */
export async function* ping(
  init: PingInit,
  request: PingRequest,
  signal: AbortSignal
): AsyncGenerator<PingReply, void, void> {
  const { targets = [] } = await init.resolver.selectSoon(request.who, undefined, signal)
  const others = targets.filter(({ peer }) => !init.resolver.isSelf(peer))
  if (targets.length > 0 && others.length === 0) throw ownPing(request.who)
  const pings = others.map((target) => new TargetPing(init, target, request))
  const count = Math.min(Math.max(request.count ?? 4, 1), 1000)
  try {
    for (let n = 1; n <= count; n++) {
      for (const one of pings) yield await one.ping(n, signal)
      if (n < count) await init.clock.sleep(SPACING, signal)
    }
  } finally {
    for (const one of pings) one.close()
  }
}

function ownPing(who: string): NodeError {
  return new NodeError('bad-request', `"${who}" is this node itself`, {
    hint: { command: 'kith status shows its state', program: 'status() has its state' }
  })
}

/** The pings of one peer; the flow of the first serves the others. */
class TargetPing {
  readonly #init: PingInit
  readonly #target: Target
  readonly #by: NonNullable<PingRequest['by']>
  readonly #isTraced: boolean
  #pinger: Pinger | undefined

  constructor(init: PingInit, target: Target, { by = 'auto', trace = false }: PingRequest) {
    this.#init = init
    this.#target = target
    this.#by = by
    this.#isTraced = trace
  }

  async ping(n: number, signal: AbortSignal): Promise<PingReply> {
    const { resolver, directory, pathOf } = this.#init
    const { peer } = this.#target
    const { connection, tried, isNew } = await resolver.find(this.#target, signal)
    const path = pathOf(connection)
    const trace =
      this.#isTraced && n === 1 ? [...tried, `${path}: ${isNew ? 'connected' : 'was open'}`] : undefined
    const base = { peer, who: directory.labelOf(peer), n, ...defined({ tried: trace }) }
    const pinger = await this.#open(signal)
    try {
      if (pinger === undefined)
        return { ...base, by: 'stream', rtt: await this.#byStream(connection, signal), path }
      const { rtt, carrier } = await pinger.ping(DEADLINE, signal)
      return { ...base, by: 'datagram', rtt, path: carrier === 'udp' ? `${path} udp` : path }
    } catch (error) {
      signal.throwIfAborted()
      return { ...base, by: pinger === undefined ? 'stream' : 'datagram', error: describeError(error), path }
    }
  }

  close(): void {
    this.#pinger?.close()
  }

  /** @returns undefined where streams are to be used */
  async #open(signal: AbortSignal): Promise<Pinger | undefined> {
    const { datagrams, speaksDatagrams, clock } = this.#init
    if (this.#by === 'stream') return undefined
    if (this.#pinger?.ended === false) return this.#pinger
    const { peer } = this.#target
    if (this.#by === 'auto' && (datagrams === undefined || !(await speaksDatagrams(peer)))) return undefined
    try {
      this.#pinger = await Pinger.open(requiredDatagrams(datagrams), peer, clock, signal)
      return this.#pinger
    } catch (error) {
      signal.throwIfAborted()
      if (this.#by === 'datagram') throw error
      return undefined
    }
  }

  async #byStream(connection: Connection, signal: AbortSignal): Promise<number> {
    const { clock } = this.#init
    const work = (limited: AbortSignal): Promise<number> => streamRoundTrip(connection, clock, limited)
    return await withDeadline(clock, DEADLINE, 'ping', work, signal)
  }
}
