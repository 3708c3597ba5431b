import type { Connection } from '@libp2p/interface'
import type { Clock } from '../../clock.ts'
import { describeError, NodeError } from '../../error.ts'
import { AllReported, type Report, type Way } from '../../peer/dialing/way.ts'
import { MAX_HOPS } from '../../protocol/neighbours/constants.ts'
import { STATUS_DEADLINE } from '../../protocol/via/constants.ts'

export interface NeighboursWayInit {
  readonly clock: Clock
  /** The peers between here and another one, in order; hints of neighbours, shortest first. */
  readonly findPaths: (
    peer: string,
    signal: AbortSignal,
    onAsked: (neighbour: string) => void
  ) => Promise<readonly (readonly string[])[]>
  readonly openVia: (path: readonly string[], peer: string, signal: AbortSignal) => Promise<Connection>
  /** That a path of findPaths led nowhere. */
  readonly pathFailed: (path: readonly string[]) => void
  readonly labelOf: (peer: string) => string
}

/** Reaches a peer through neighbours that say they see it, one path after the other. */
export class NeighboursWay implements Way {
  readonly name = 'neighbours'
  /** A direct connection on the local network stands before (docs/network.md). */
  readonly startsAfter = 300
  readonly #init: NeighboursWayInit

  constructor(init: NeighboursWayInit) {
    this.#init = init
  }

  /** @throws NodeError 'unreachable'; the signal's reason */
  async dial(peer: string, signal: AbortSignal, report: Report): Promise<Connection> {
    const { clock, findPaths, openVia, pathFailed, labelOf } = this.#init
    const asked: string[] = []
    const found = await findPaths(peer, signal, (neighbour) => asked.push(labelOf(neighbour)))
    const paths = found.filter((path) => path.length > 0)
    if (paths.length === 0) throw new NodeError('unreachable', unseenBy(asked), { remedy: 'retry' })
    for (const path of paths) {
      const begunAt = clock.monotonic()
      try {
        return await openVia(path, peer, signal)
      } catch (error) {
        // A path of several hops may take longer than the search: one without an answer would never count as failed.
        if (!signal.aborted || clock.monotonic() - begunAt >= STATUS_DEADLINE) pathFailed(path)
        signal.throwIfAborted()
        report(`through ${path.map(labelOf).join(', ')}: ${describeError(error)}`)
      }
    }
    throw new AllReported()
  }
}

/** Names of one message; the others are counted. */
const MAX_NAMES = 8

function unseenBy(asked: readonly string[]): string {
  if (asked.length === 0) return 'none is connected that can be asked'
  const others = asked.length > MAX_NAMES ? ', …' : ''
  const names = `${asked.slice(0, MAX_NAMES).join(', ')}${others}`
  return `none of ${asked.length} asked knows a path of ${MAX_HOPS} nodes or fewer (${names})`
}
