// What docs/protocols.md section 22 fixes; tuning stands in limits.ts.

/** Kademlia of libp2p (libp2p specs, kad-dht) between nodes of kith: no public network is joined. */
export const KAD_PROTOCOL = '/kith/kad/1.0.0'
/** Handled by who wants to be found by servers of the DHT that know it; its streams are reset. */
export const FINDABLE_PROTOCOL = '/kith/findable/v1'
/** Bytes that a peer may send on one stream: a FIND_NODE takes under 100. */
export const MAX_STREAM_BYTES = 65_536
/** Peers in an answer of ours, as a bucket has (libp2p specs, kad-dht: k). */
export const MAX_CLOSER = 20
/** Addresses of one peer in an answer, ours and another's. */
export const MAX_ADDRESSES = 8
/** Hosts whose word on where a peer is counts: one that lies does not displace the others. */
export const MAX_TELLERS = 3
