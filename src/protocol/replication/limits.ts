import { defineLimits, duration, type LimitsOf, scaledWhole, whole } from '../../limits.ts'

/** The waits are those of docs/protocols.md section 12. */
export const subscriptionLimits = defineLimits(
  'Subscriptions to the readings of others, in order and each once.',
  {
    wait: duration('0ms', '1h', '2s', 'A gap may fill by itself for this long.'),
    min: duration('100ms', '1h', '1s', 'First wait before asking again for what is missing.'),
    max: duration('100ms', '1d', '5min', 'Longest wait before asking again.'),
    giveUpAfter: duration(
      '1min',
      '365d',
      '1d',
      'Readings that no peer could send for this long are given up as lost.'
    ),
    waiting: whole(16, 65_536, 1024, 'Readings of one series that wait behind a gap.')
  },
  ['min', 'max']
)

export type SubscriptionLimits = LimitsOf<typeof subscriptionLimits>

export const backfillLimits = defineLimits('Asking for readings that were missed.', {
  concurrent: whole(1, 256, 4, 'Requests in flight at one time.'),
  spacing: duration('1ms', '1h', '200ms', 'Time between the starts of two requests.'),
  waiting: scaledWhole(1, 65_536, 256, 'Gaps that wait for their turn; the oldest are dropped.'),
  otherPeers: whole(0, 64, 3, 'Peers asked besides the author.'),
  silence: duration('100ms', '10min', '10s', 'An answer counts as ended after this silence.'),
  fruitless: duration('1s', '1d', '1min', 'An answer that brings nothing missing for this long is given up.')
})

export type BackfillLimits = LimitsOf<typeof backfillLimits>

export const replicationLimits = defineLimits(
  'Storing the readings of others (store).',
  {
    period: duration('1s', '1d', '10s', 'Time between two searches for gaps.'),
    compactPeriod: duration('1min', '7d', '30min', 'Time between two requests for blocks in place of packs.'),
    min: duration('100ms', '1h', '1s', 'First wait before an author who is silent is asked again.'),
    max: duration('100ms', '1d', '5min', 'Longest wait before it is asked again.'),
    alive: duration('100ms', '1d', '30s', 'Longest wait while it is connected and its readings arrive.'),
    gaps: whole(1, 4096, 16, 'Gaps requested at one time.'),
    unfillable: whole(1, 65_536, 1024, 'Gaps remembered that their author cannot fill.')
  },
  ['min', 'max']
)

export type ReplicationLimits = LimitsOf<typeof replicationLimits>

export const providerLimits = defineLimits('Peers that have readings of an author.', {
  authors: scaledWhole(16, 1_000_000, 1024, 'Authors whose providers are remembered.'),
  perAuthor: whole(1, 256, 8, 'Providers remembered of each.')
})

export type ProviderLimits = LimitsOf<typeof providerLimits>
