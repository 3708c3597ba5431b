import type { GossipsubOpts } from '@libp2p/gossipsub'
import type { PeerScoreParams } from '@libp2p/gossipsub/score'
import { latin1OfBytes } from '../../cbor/bytes.ts'
import { CONTROL_MESSAGES_PER_TOPIC, MIN_CONTROL_MESSAGES, RPC_LIMITS, TOPIC_SCORE } from './constants.ts'
import type { GossipLimits } from './limits.ts'
import { messageId, type RawMessage, rawMessageId } from './message-id.ts'

export interface GossipOptionsInit extends Pick<GossipLimits, 'maxInboundDataLength'> {
  /** Called when a message that named a sender was dropped. */
  readonly onForeignSender?: (topic: string) => void
}

/**
 * Options for gossipsub() of @libp2p/gossipsub 17 (docs/protocols.md section 11).
 * @param topics every topic we speak; others are neither counted, cached nor relayed
 */
export function gossipOptions(topics: readonly string[], limits: GossipOptionsInit): Partial<GossipsubOpts> {
  return {
    globalSignaturePolicy: 'StrictNoSign' as NonNullable<GossipsubOpts['globalSignaturePolicy']>,
    msgIdFn: (message) => messageId(message.topic, message.data),
    fastMsgIdFn: (message) => idOf(message, limits.onForeignSender),
    // As rawMessageId() has it: gossipsub's own is a second text of each id, in base64.
    msgIdToStrFn: latin1OfBytes,
    allowedTopics: [...topics],
    fallbackToFloodsub: false,
    doPX: false,
    // Nor is anybody dialled whom a PRUNE names, whatever score its sender has.
    scoreThresholds: { acceptPXThreshold: Number.POSITIVE_INFINITY },
    emitSelf: false,
    allowPublishToZeroTopicPeers: true,
    ignoreDuplicatePublishError: true,
    maxInboundDataLength: limits.maxInboundDataLength,
    // Room for an answer to IWANT beside a heartbeat; a peer that reads nothing costs no more.
    maxOutboundBufferSize: 2 * limits.maxInboundDataLength,
    decodeRpcLimits: {
      ...RPC_LIMITS,
      maxControlMessages: Math.max(MIN_CONTROL_MESSAGES, CONTROL_MESSAGES_PER_TOPIC * topics.length)
    },
    // A write to the peer store for each GRAFT and PRUNE; nothing here reads the tags (docs/network.md trap 22).
    tagMeshPeers: false,
    scoreParams: scoreParams(topics)
  }
}

function idOf(message: RawMessage, onForeignSender: GossipOptionsInit['onForeignSender']): string {
  if (message.from !== undefined) onForeignSender?.(message.topic)
  return rawMessageId(message)
}

/** gossipsub fills in what is left out of a topic (createTopicScoreParams); its types do not say so. */
function scoreParams(topics: readonly string[]): Partial<PeerScoreParams> {
  return {
    topics: Object.fromEntries(
      topics.map((topic) => [topic, { ...TOPIC_SCORE }])
    ) as PeerScoreParams['topics'],
    appSpecificWeight: 0,
    IPColocationFactorWeight: 0, // docs/network.md trap 12: a dozen devices behind one address are no attack
    behaviourPenaltyWeight: 0
  }
}
