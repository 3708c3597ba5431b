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

/** What one RPC may hold; gossipsub drops one with more (decodeRpcLimits). */
export const RPC_LIMITS = {
  maxSubscriptions: 1024,
  maxMessages: 2048,
  maxIhaveMessageIDs: 5000, // GossipsubMaxIHaveLength: what an honest peer may send
  maxIwantMessageIDs: 2048,
  maxIdontwantMessageIDs: 512, // GossipsubIdontwantMaxMessages
  maxControlMessages: 1024,
  maxPeerInfos: 16 // GossipsubPrunePeers
}

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
