import type { GossipSub } from '@libp2p/gossipsub'
import type { RPC } from '@libp2p/gossipsub/message'
import type { PeerId } from '@libp2p/interface'
import { NodeError } from '../../error.ts'
import { IDS_PER_ENTRY, MAX_BACKOFF } from './constants.ts'

/** An RPC as decoded, or one that could not be. */
type ReceivedRpc = RPC & { readonly malformed?: true }

/** The methods of gossipsub 17 that are wrapped. */
interface RpcReceiver {
  decodeRpc?(bytes: Uint8Array): ReceivedRpc
  handleReceivedRpc?(from: PeerId, rpc: ReceivedRpc): Promise<void>
}

/** Decides what of a peer's RPCs gossipsub processes; what is dropped is counted here. */
export interface RateGuard {
  /** Whether one more message is processed now. */
  message(source: string): boolean
  /** Whether subscriptions and control messages of this cost are processed now. */
  control(source: string, cost: number): boolean
  /** An RPC could not be decoded, or holds more than RPC_LIMITS. */
  malformed(source: string): void
}

/**
 * Makes gossipsub ask before it processes each message and the control messages of each RPC.
 *
 * gossipsub 17 remembers the id of a message for two minutes before a validator sees it: a peer that sends without end
 * fills the memory, and a message dropped for exceeding the rate counts as seen when another peer sends it. Its limits
 * of control messages hold for one RPC, not for a second (docs/network.md trap 22). RPCs that cannot be decoded it
 * skips, without counting them.
 * @returns removes the guard
 * @throws NodeError 'gossip-version' where gossipsub has no such methods
 */
export function guardRate(gossipsub: GossipSub, guard: RateGuard): () => void {
  const receiver = gossipsub as unknown as RpcReceiver
  const { decodeRpc: decode, handleReceivedRpc: receive } = receiver
  if (typeof decode !== 'function' || typeof receive !== 'function')
    throw new NodeError('gossip-version', 'this gossipsub has no decodeRpc or no handleReceivedRpc', {
      hint: 'install the version that package.json names',
      remedy: 'stop'
    })
  receiver.decodeRpc = (bytes) => {
    try {
      return decode.call(gossipsub, bytes)
    } catch {
      return { subscriptions: [], messages: [], malformed: true }
    }
  }
  receiver.handleReceivedRpc = async (from, rpc) => {
    const source = from.toString()
    if (rpc.malformed === true) return guard.malformed(source)
    const messages = rpc.messages.filter(() => guard.message(source))
    const rest = guard.control(source, controlCost(rpc)) ? controlOf(rpc) : { subscriptions: [] }
    return await receive.call(gossipsub, from, { messages, ...rest })
  }
  return () => {
    receiver.decodeRpc = decode
    receiver.handleReceivedRpc = receive
  }
}

/** One for each subscription and control message, and for each IDS_PER_ENTRY ids of messages. */
export function controlCost({ subscriptions, control }: Pick<RPC, 'subscriptions' | 'control'>): number {
  if (control === undefined) return subscriptions.length
  const { graft = [], prune = [], ihave = [], iwant = [], idontwant = [] } = control
  const listed = [...ihave, ...iwant, ...idontwant]
  const ids = listed.reduce((sum, { messageIDs }) => sum + (messageIDs?.length ?? 0), 0)
  return subscriptions.length + graft.length + prune.length + listed.length + Math.floor(ids / IDS_PER_ENTRY)
}

/** A back-off is kept until it has passed, also after its peer has disconnected: it is bounded. */
function controlOf({ subscriptions, control }: RPC): Pick<RPC, 'subscriptions' | 'control'> {
  if (control === undefined) return { subscriptions }
  const prune = control.prune?.map((one) =>
    one.backoff === undefined || one.backoff <= MAX_BACKOFF ? one : { ...one, backoff: MAX_BACKOFF }
  )
  return { subscriptions, control: prune === undefined ? control : { ...control, prune } }
}
