import type { GossipSub } from '@libp2p/gossipsub'
import type { RPC } from '@libp2p/gossipsub/message'
import type { PeerId } from '@libp2p/interface'
import { NodeError } from '../../error.ts'

/** What of gossipsub 17 sends, announces or claims messages: these methods are wrapped. */
interface Outlets {
  handleReceivedMessage(from: PeerId, message: RPC.Message): Promise<void>
  selectPeersToForward(topic: string, source?: string, exclude?: Set<string>): Set<string>
  selectPeersToPublish(topic: string, floodPublish?: boolean): { readonly tosend: Set<string> }
  handleIWant(peer: string, wanted: RPC.ControlIWant[]): RPC.Message[]
  pushGossip(peer: string, have: RPC.ControlIHave): void
  sendIDontWants(id: Uint8Array, topic: string, source: string): void
}

interface Inside extends Outlets {
  readonly mesh: ReadonlyMap<string, ReadonlySet<string>>
  readonly mcache: { get(id: Uint8Array): RPC.Message | undefined }
}

/**
 * Makes gossipsub ask before it sends a message to a peer, our own as well, offers it (IHAVE), gives it (IWANT) or says
 * that it has it (IDONTWANT). A validator of gossipsub can stop a message for all peers, not for some.
 * @param passes whether a peer gets what one neighbour sent, or, where the source is undefined, what is our own
 * @returns removes the guard
 * @throws NodeError 'gossip-version' where gossipsub has no such methods
 */
export function guardForwarding(
  gossipsub: GossipSub,
  passes: (source: string | undefined, to: string) => boolean
): () => void {
  const inside = gossipsub as unknown as Inside
  const { handleReceivedMessage, selectPeersToForward, selectPeersToPublish } = inside
  const { handleIWant, pushGossip, sendIDontWants } = inside
  const outlets: Outlets = {
    handleReceivedMessage,
    selectPeersToForward,
    selectPeersToPublish,
    handleIWant,
    pushGossip,
    sendIDontWants
  }
  for (const [name, method] of Object.entries(outlets)) if (typeof method !== 'function') throw isWrong(name)
  if (typeof inside.mcache?.get !== 'function') throw isWrong('mcache')
  /** The peer that sent a message first, for as long as gossipsub caches the message. */
  const sources = new WeakMap<RPC.Message, string>()
  const mayHave = (peer: string, message: RPC.Message | undefined): boolean => {
    const source = message && sources.get(message)
    return source === peer || passes(source, peer)
  }
  Object.assign(inside, {
    handleReceivedMessage(from, message) {
      sources.set(message, from.toString())
      return handleReceivedMessage.call(inside, from, message)
    },
    selectPeersToForward(topic, source, exclude) {
      const peers = selectPeersToForward.call(inside, topic, source, exclude)
      return new Set([...peers].filter((peer) => passes(source, peer)))
    },
    selectPeersToPublish(topic, floodPublish) {
      const selected = selectPeersToPublish.call(inside, topic, floodPublish)
      for (const peer of selected.tosend) if (!passes(undefined, peer)) selected.tosend.delete(peer)
      return selected
    },
    handleIWant: (peer, wanted) =>
      handleIWant.call(inside, peer, wanted).filter((message) => mayHave(peer, message)),
    pushGossip(peer, have) {
      const messageIDs = have.messageIDs.filter((id) => mayHave(peer, inside.mcache.get(id)))
      if (messageIDs.length > 0) pushGossip.call(inside, peer, { ...have, messageIDs })
    },
    sendIDontWants(id, topic, source) {
      const mesh = [...(inside.mesh.get(topic) ?? [])]
      if (mesh.every((peer) => peer === source || passes(source, peer)))
        sendIDontWants.call(inside, id, topic, source)
    }
  } satisfies Outlets)
  return () => {
    Object.assign(inside, outlets)
  }
}

function isWrong(name: string): NodeError {
  return new NodeError('gossip-version', `this gossipsub has no ${name}`, {
    hint: 'install the version that package.json names',
    remedy: 'stop'
  })
}
