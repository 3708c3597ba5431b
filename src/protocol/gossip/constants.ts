/** Bytes of a message id: docs/protocols.md section 11, message id. */
export const MESSAGE_ID_BYTES = 20

/** Seconds: no clock is further behind the others (docs/protocols.md section 11, check 10). */
export const MAX_AHEAD = 600

/**
 * Milliseconds of the author's run after which a catalogue that was only repeated is accepted and relayed again
 * (docs/protocols.md section 11, check 9).
 */
export const REPEAT_AFTER = 300_000

/** gossipsub receives each message once from every neighbour; the checks count only those not seen before. */
export const COPIES = 2

/** What one RPC may hold; one with more is dropped (decodeRpcLimits). */
export const RPC_LIMITS = {
  maxSubscriptions: 256,
  maxMessages: 2048,
  maxIhaveMessageIDs: 5000, // GossipsubMaxIHaveLength: what an honest peer may send
  maxIwantMessageIDs: 2048,
  maxIdontwantMessageIDs: 512, // GossipsubIdontwantMaxMessages
  maxPeerInfos: 16 // GossipsubPrunePeers
}

/**
 * Control messages of one kind in one RPC: at least, and for each topic. An honest peer sends one of a kind for each
 * topic that both know; gossipsub's own limit of 5000 lets one RPC stop the node for seconds (docs/network.md trap 22).
 */
export const MIN_CONTROL_MESSAGES = 32
export const CONTROL_MESSAGES_PER_TOPIC = 2

/** Ids of messages in IHAVE, IWANT and IDONTWANT that cost as much as one control message. */
export const IDS_PER_ENTRY = 64

/** Seconds of the longest back-off that a PRUNE may ask for; libp2p's own is 60 (GossipsubPruneBackoff). */
export const MAX_BACKOFF = 3600

/** RPCs beyond the rates after which a peer is disconnected: at once, and a second. */
export const EXCESS_BURST = 10
export const EXCESS_RATE = 1

/**
 * Only invalid messages count: -10 times the square of their number, so that three reach the graylist (-80).
 * The number decays by 1 % a second. docs/protocols.md section 11, score.
 */
export const TOPIC_SCORE = {
  topicWeight: 1,
  timeInMeshWeight: 0,
  firstMessageDeliveriesWeight: 0,
  meshMessageDeliveriesWeight: 0,
  meshFailurePenaltyWeight: 0,
  invalidMessageDeliveriesWeight: -10,
  invalidMessageDeliveriesDecay: 0.99
}
