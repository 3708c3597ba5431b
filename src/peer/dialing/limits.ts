import { defineLimits, duration, type LimitsOf, scaledWhole, whole } from '../../limits.ts'

export const dialingLimits = defineLimits(
  'Peers that are known and dialled.',
  {
    peers: scaledWhole(16, 65_536, 1024, 'Peers remembered besides the book, connected or not.'),
    addresses: whole(1, 256, 16, 'Addresses remembered of one peer.'),
    retryMin: duration('100ms', '1h', '1s', 'First wait before a peer is dialled again.'),
    retryMax: duration('1s', '1d', '1min', 'Longest wait before a peer of the book is dialled again.'),
    strangerRetryMax: duration('1s', '1d', '10min', 'Longest wait before any other peer is dialled again.'),
    parallelDials: whole(
      1,
      1024,
      32,
      'Peers that are dialled at one time, besides those that are asked for.'
    ),
    failuresPerSecond: whole(
      1,
      1000,
      10,
      'Dials without an answer in a second, beyond which other peers are dialled later.'
    ),
    dialsPerMinute: whole(2, 6000, 120, 'Addresses of peers outside the book that are dialled in a minute.'),
    forgetUnreached: duration(
      '10s',
      '1d',
      '5min',
      'A stranger never reached and not seen for this long is removed.'
    ),
    forgetAfter: duration(
      '1min',
      '365d',
      '6h',
      'A stranger reached before and not seen for this long is removed.'
    )
  },
  ['retryMin', 'retryMax']
)

export type DialingLimits = LimitsOf<typeof dialingLimits>
