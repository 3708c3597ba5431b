import { defineLimits, duration, type LimitsOf, number, scaledWhole, size, whole } from '../../limits.ts'

/** The defaults are those of docs/protocols.md section 12. */
export const queryLimits = defineLimits('Queries over streams.', {
  streamsPerPeer: whole(1, 64, 4, 'Streams one peer may hold open on one protocol.'),
  requestsPerStream: whole(1, 1024, 32, 'Open requests of one stream.'),
  observationsPerPeer: whole(1, 65_536, 128, 'Observe requests of one peer that are open.'),
  requestBytes: size('128B', '64KiB', '512B', 'Largest request.', 'B'),
  answerBytes: size('1KiB', '1MiB', '17KiB', 'Largest answer; a block must fit.', 'B'),
  sessions: scaledWhole(1, 65_536, 256, 'Streams of all peers that are answered at once.'),
  links: scaledWhole(1, 65_536, 256, 'Streams of our own kept open for the next query.'),
  idle: duration('10s', '1d', '5min', 'A stream without an open request is closed after this.'),
  write: duration('100ms', '10min', '30s', 'A slow reader is given this long to take a frame.'),
  deadline: duration('100ms', '10min', '10s', 'A query of ours may take this long.'),
  rate: number(0.1, 100_000, 50, 'Requests a second of one peer.'),
  burst: whole(1, 100_000, 200, 'Requests at once of one peer.'),
  peers: scaledWhole(16, 65_536, 1024, 'Peers whose rate is remembered.'),
  observedSeries: whole(
    1,
    65_536,
    256,
    'Series whose newest reading is kept for an observer without credit.'
  ),
  packs: whole(1, 4096, 256, 'Packs accepted as the answer to one read.'),
  remembered: size(
    '0B',
    '16MiB',
    '32KiB',
    'Packs kept in decoded form: the same bytes are not verified and decoded again.'
  ),
  historyItems: whole(1, 4096, 64, 'Blocks and packs in the answer to one history request.'),
  // Less than 1 MiB is in flight on one stream (docs/network.md trap 8).
  historyBytes: size('16KiB', '1MiB', '512KiB', 'Bytes in the answer to one history request.')
})

export type QueryLimits = LimitsOf<typeof queryLimits>
