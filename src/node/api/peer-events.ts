import type { PeerId, PeerInfo } from '@libp2p/interface'
import { BoundedMap } from '../../bounded-map.ts'
import { Notifier } from '../../notifier.ts'
import type { Network } from '../network/create-network.ts'

export interface PeerEvent {
  /** `found`: announced on this network, not connected yet. `disconnected`: its last connection ended. */
  readonly kind: 'found' | 'connected' | 'disconnected'
  readonly peer: string
  /** The book's name, else the one that it claims, else `…` and the end of the PeerId. */
  readonly who: string
  /** Whether the book has it. */
  readonly known: boolean
}

export interface PeerEventsInit {
  readonly network: Pick<Network, 'addEventListener' | 'removeEventListener' | 'getPeers' | 'getConnections'>
  readonly labelOf: (peer: string) => string
  readonly isKnown: (peer: string) => boolean
  /** Peers whose event waits for a slow consumer; the oldest are dropped. */
  readonly queue: number
}

/** First the peers that are connected, then each change until the signal aborts; of a peer, the newest one that waits. */
export async function* peerEvents(
  { network, labelOf, isKnown, queue }: PeerEventsInit,
  signal: AbortSignal
): AsyncGenerator<PeerEvent, void, void> {
  const waiting = new BoundedMap<string, PeerEvent['kind']>(queue)
  const notifier = new Notifier()
  const note = (peer: PeerId, kind: PeerEvent['kind']): void => {
    waiting.set(peer.toString(), kind)
    notifier.notify()
  }
  // They must not throw (docs/network.md trap 9).
  const connected = (event: CustomEvent<PeerId>): void => note(event.detail, 'connected')
  const disconnected = (event: CustomEvent<PeerId>): void => note(event.detail, 'disconnected')
  const found = ({ detail: { id } }: CustomEvent<PeerInfo>): void => {
    // libp2p tells it of a peer that dialled us, too.
    if (!waiting.has(id.toString()) && network.getConnections(id).length === 0) note(id, 'found')
  }
  const wake = (): void => notifier.notify()
  network.addEventListener('peer:connect', connected)
  network.addEventListener('peer:disconnect', disconnected)
  network.addEventListener('peer:discovery', found)
  signal.addEventListener('abort', wake)
  try {
    for (const peer of network.getPeers()) note(peer, 'connected')
    while (!signal.aborted) {
      // One at a time: while the consumer has it, a newer one of another peer may come.
      const [next] = waiting
      if (next === undefined) {
        await notifier.wait()
        continue
      }
      const [peer, kind] = next
      waiting.delete(peer)
      yield { kind, peer, who: labelOf(peer), known: isKnown(peer) }
    }
  } finally {
    signal.removeEventListener('abort', wake)
    network.removeEventListener('peer:connect', connected)
    network.removeEventListener('peer:disconnect', disconnected)
    network.removeEventListener('peer:discovery', found)
  }
}
