import type { GossipSub } from '@libp2p/gossipsub'
import type { PeerId } from '@libp2p/interface'
import { NodeError } from '../../error.ts'

/** The part of an RPC that is looked at. */
interface Rpc {
  messages: readonly { readonly topic: string }[]
}

interface RpcReceiver {
  handleReceivedRpc?(from: PeerId, rpc: Rpc): Promise<void>
}

/**
 * Makes gossipsub ask before it processes each message. gossipsub 17 remembers the id of a message for
 * two minutes before a validator sees it: a peer that sends without end fills the memory, and a message
 * dropped for exceeding the rate counts as seen when another peer sends it.
 * @param admits whether one more message of this peer is processed now; drops are counted there
 * @returns removes the guard
 * @throws NodeError 'gossip-version' where gossipsub has no such method
 */
export function guardRate(gossipsub: GossipSub, admits: (source: string) => boolean): () => void {
  const receiver = gossipsub as unknown as RpcReceiver
  const receive = receiver.handleReceivedRpc
  if (typeof receive !== 'function')
    throw new NodeError('gossip-version', 'this gossipsub has no handleReceivedRpc', {
      hint: 'install the version that package.json names',
      remedy: 'stop'
    })
  receiver.handleReceivedRpc = (from, rpc) => {
    const source = from.toString()
    return receive.call(gossipsub, from, { ...rpc, messages: rpc.messages.filter(() => admits(source)) })
  }
  return () => {
    receiver.handleReceivedRpc = receive
  }
}
