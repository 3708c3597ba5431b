import {
  autoSize,
  defineLimits,
  duration,
  type LimitsOf,
  number,
  scaledWhole,
  size,
  whole
} from '../../limits.ts'

/** The rates are those of docs/protocols.md section 11. */
export const gossipLimits = defineLimits('Readings received by gossip.', {
  sourceRate: whole(1, 100_000, 200, 'Messages a second accepted from one neighbour.'),
  sourceBurst: whole(1, 100_000, 400, 'Messages at once accepted from one neighbour.'),
  authorRate: number(0.1, 100_000, 5, 'Packs a second accepted of one author.'),
  authorBurst: whole(1, 100_000, 20, 'Packs at once accepted of one author.'),
  newAuthorRate: number(0.01, 100_000, 1, 'Unknown authors a second taken from one neighbour.'),
  newAuthorBurst: whole(1, 100_000, 256, 'Unknown authors at once taken from one neighbour.'),
  authors: scaledWhole(16, 1_000_000, 4096, 'Authors whose rate is remembered.'),
  sources: scaledWhole(16, 65_536, 1024, 'Neighbours whose rate is remembered.'),
  verified: scaledWhole(16, 1_000_000, 4096, 'Verified packs whose hash is remembered.'),
  keys: scaledWhole(16, 65_536, 1024, 'Authors whose public key is kept ready.'),
  // One RPC beyond it ends the gossip with that peer while the connection stays up (docs/network.md trap 2). An
  // answer to IWANT is one RPC with many messages in it.
  maxInboundDataLength: size(
    '64KiB',
    '16MiB',
    '1MiB',
    'Largest message of gossip itself; the same on every node.'
  ),
  floodPeriod: duration('1s', '1d', '1min', 'Time between two log lines about a flood.'),
  floodMin: whole(1, 1_000_000, 100, 'Refused messages in that time that count as a flood.')
})

export type GossipLimits = LimitsOf<typeof gossipLimits>

export const catalogueLimits = defineLimits('Descriptions that nodes publish of themselves.', {
  authors: scaledWhole(16, 1_000_000, 1024, 'Nodes whose catalogue is held.'),
  bytes: autoSize('64KiB', '1GiB', 'Catalogues held; auto: 1/512 of the memory, 1 to 16 MiB.'),
  period: duration('10s', '1d', '10min', 'Time between two publications of an unchanged catalogue.'),
  gather: duration('0ms', '1h', '1s', 'Changes are gathered for this long before they are published.')
})

type Configured = LimitsOf<typeof catalogueLimits>

/** With what the machine chose where the configuration says `auto`. */
export type CatalogueLimits = Omit<Configured, 'bytes'> & { readonly bytes: number }
