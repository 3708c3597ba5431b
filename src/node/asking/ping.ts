import type { Connection } from '@libp2p/interface'
import type { Ping } from '@libp2p/ping'
import { type Clock, withDeadline } from '../../clock.ts'
import { describeError } from '../../error.ts'
import type { Directory } from '../directory.ts'
import type { PingReply, PingRequest } from '../operations.ts'
import type { Reach } from '../reach.ts'
import { refuseDatagram } from './ask.ts'

export interface PingInit {
  readonly clock: Clock
  readonly reach: Reach
  readonly directory: Directory
  readonly ping: Ping
  /** How a connection goes, in words. */
  readonly pathOf: (connection: Connection) => string
}

/** Milliseconds between pings, and for one that nobody answers. */
const SPACING = 1000
const DEADLINE = 5000

/** Round trips to one peer, or to each that is meant, one a second. */
export async function* ping(
  init: PingInit,
  request: PingRequest,
  signal: AbortSignal
): AsyncGenerator<PingReply, void, void> {
  refuseDatagram(request.by)
  const { targets = [] } = await init.reach.selectSoon(request.who, undefined, signal)
  const count = Math.min(Math.max(request.count ?? 4, 1), 1000)
  for (let n = 1; n <= count; n++) {
    for (const target of targets) yield await pingOnce(init, target, n, signal)
    if (n < count) await init.clock.sleep(SPACING, signal)
  }
}

async function pingOnce(
  init: PingInit,
  target: { peer: string; addresses: readonly string[] },
  n: number,
  signal: AbortSignal
): Promise<PingReply> {
  const base = { peer: target.peer, who: init.directory.labelOf(target.peer), n, by: 'stream' as const }
  const connection = await init.reach.connect(target, signal)
  const path = init.pathOf(connection)
  try {
    const rtt = await withDeadline(
      init.clock,
      DEADLINE,
      'ping',
      (limited) => init.ping.ping(connection.remotePeer, { signal: limited }),
      signal
    )
    return { ...base, rtt, path }
  } catch (error) {
    signal.throwIfAborted()
    return { ...base, error: describeError(error), path }
  }
}
