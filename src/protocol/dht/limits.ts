import { defineLimits, duration, type LimitsOf, number, whole } from '../../limits.ts'

export const dhtLimits = defineLimits(
  'The DHT, where kith.yaml joins one.',
  {
    lookup: duration('100ms', '5min', '10s', 'A search for a peer takes at most this long.'),
    dialsPerMinute: whole(
      1,
      6000,
      32,
      'Servers that are dialled in a minute because another server named them.'
    ),
    heard: whole(16, 65_536, 1024, 'Servers whose addresses are remembered, and peers whose protocols are.'),
    joining: whole(16, 16_384, 256, 'Servers that wait to be taken into the table.'),
    askRate: number(0.1, 1000, 10, 'Questions a second that one peer is answered.'),
    askBurst: whole(1, 1000, 20, 'Questions of one peer at once.'),
    callers: whole(16, 65_536, 1024, 'Callers whose rate is remembered.'),
    retryMin: duration('100ms', '1h', '1s', 'First wait before a bootstrap peer is dialled again.'),
    retryMax: duration('1s', '1d', '5min', 'Longest wait before a bootstrap peer is dialled again.')
  },
  ['retryMin', 'retryMax']
)

export type DhtLimits = LimitsOf<typeof dhtLimits>
