import { defineLimits, duration, type LimitsOf, whole } from '../../limits.ts'

export const dialingLimits = defineLimits(
  'Known peers and dialling.',
  {
    peers: whole(16, 65_536, 1024, 'Peers remembered, connected or not.'),
    addresses: whole(1, 256, 16, 'Addresses remembered of one peer.'),
    retryMin: duration('100ms', '1h', '1s', 'First wait before a peer is dialled again.'),
    retryMax: duration('1s', '1d', '1min', 'Longest wait before a peer is dialled again.'),
    forgetAfter: duration('1min', '365d', '1d', 'Strangers not reached for this long are removed.')
  },
  ['retryMin', 'retryMax']
)

export type DialingLimits = LimitsOf<typeof dialingLimits>
