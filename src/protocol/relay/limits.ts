import { defineLimits, duration, type LimitsOf, size, whole } from '../../limits.ts'

export const relayLimits = defineLimits(
  'Circuits through relays: reservations of this node, and what it carries as a relay.',
  {
    term: duration(
      '3min',
      '1d',
      '30min',
      'A reservation of ours is renewed after two thirds of this.',
      'min'
    ),
    retryMin: duration('100ms', '1min', '1s', 'First wait before a relay is asked again for a reservation.'),
    retryMax: duration('1s', '1h', '8s', 'Longest such wait where the relay is away or full.'),
    refusedMax: duration('10s', '1d', '1min', 'Longest such wait where the relay does not serve this node.'),
    inbound: whole(1, 4096, 16, 'Circuits over relays that lead to this node.'),
    inboundPerPeer: whole(1, 64, 4, 'Circuits over relays that lead from one peer to this node.'),
    reservations: whole(1, 4096, 15, 'Reservations that a relay gives.'),
    reservationsPerAddress: whole(
      1,
      4096,
      4,
      'Of these, those of peers outside the book from one IP address.'
    ),
    lifetime: duration('3min', '7d', '1h', 'A reservation that a relay gives ends after this.', 'min'),
    circuits: whole(1, 4096, 16, 'Circuits that a relay carries.'),
    circuitsPerPeer: whole(1, 4096, 4, 'Of these, circuits that one peer opened.'),
    circuitsPerAddress: whole(1, 4096, 4, 'Of these, those of peers outside the book from one IP address.'),
    bytes: size('4KiB', '64MiB', '128KiB', 'Bytes that one circuit carries, both directions together.'),
    duration: duration('10s', '1h', '2min', 'A circuit ends after this.'),
    rate: size('1KiB', '1GiB', '256KiB', 'Bytes a second carried in each direction of one circuit.'),
    totalRate: size('1KiB', '1GiB', '1MiB', 'Bytes a second that a relay carries in all.')
  },
  ['retryMin', 'retryMax']
)

export type RelayLimits = LimitsOf<typeof relayLimits>
