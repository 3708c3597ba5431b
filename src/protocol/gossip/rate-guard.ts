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
 * Has gossipsub ask before it takes in each message. gossipsub 17 remembers the id of a message for
 * two minutes before a validator sees it, so that a peer who sends without end fills the memory, and
 * what is dropped for its haste is then taken for seen when somebody else brings it.
 * @param admits whether one more message of this peer is taken in now; drops are counted there
 * @returns puts things back
 * @throws NodeError 'gossip-version' where this gossipsub is built otherwise
 */
export function guardIntake(gossipsub: GossipSub, admits: (source: string) => boolean): () => void {
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
