import type { ClockStatus, TimeSource } from '../../hal/time-source.ts'
import type { BookEntry } from '../../peer/book/book.ts'
import { META_TOPIC } from '../../protocol/protocol-registry.ts'
import type { TimeOffset } from '../../protocol/query/client/time-client.ts'

export interface NeighbourTimeInit {
  readonly book: () => readonly BookEntry[]
  readonly isConnected: (peer: string) => boolean
  readonly ask: (peer: string, protocols: readonly string[]) => Promise<TimeOffset>
}

/** The time of the connected peers that the book marks `time`: the one with the smallest error bound. */
export function neighbourTime({ book, isConnected, ask }: NeighbourTimeInit): TimeSource {
  return {
    async status(): Promise<ClockStatus> {
      const trusted = book().filter((entry) => entry.time && isConnected(entry.peer))
      const answers = await Promise.allSettled(trusted.map(({ peer }) => ask(peer, [META_TOPIC])))
      const offsets = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []))
      const [best] = offsets.sort((a, b) => a.errorBound - b.errorBound)
      if (best === undefined) return { quality: 2, offset: 0 }
      // However good the neighbour's clock is, ours is at best an estimate of it.
      return { quality: 1, offset: best.offset, errorBound: best.errorBound }
    }
  }
}
