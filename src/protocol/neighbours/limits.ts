import { defineLimits, duration, type LimitsOf, number, whole } from '../../limits.ts'

/** The defaults are those of docs/protocols.md section 18. */
export const neighboursLimits = defineLimits('Questions between neighbours about other peers.', {
  asked: whole(1, 16, 8, 'Neighbours that are asked at once.'),
  findRate: number(0.1, 1000, 1, 'Searches a second of one caller.'),
  findBurst: whole(1, 1000, 5, 'Searches at once of one caller.'),
  listRate: number(0.1, 1000, 2, 'Lists a second of one caller.'),
  listBurst: whole(1, 1000, 10, 'Lists at once of one caller.'),
  errorRate: number(0.1, 1000, 5, 'Error answers a second to one caller; beyond them its stream is reset.'),
  errorBurst: whole(1, 1000, 20, 'Error answers at once to one caller.'),
  forwardRate: number(0.1, 1000, 8, 'Questions a second that are passed on for others, of all callers.'),
  callers: whole(16, 65_536, 1024, 'Callers whose rate is remembered.'),
  openAsks: whole(1, 64, 8, 'Questions of one stream that are answered at once.'),
  heard: whole(16, 65_536, 1024, 'Peers remembered of which neighbours told.'),
  keep: duration('1s', '10min', '30s', 'An answer to a list is used for this long.'),
  finds: whole(1, 65_536, 256, 'Searches whose answer is remembered.'),
  findMemory: duration('100ms', '1min', '5s', 'The answer to a search is given again for this long.'),
  streams: whole(1, 4096, 64, 'Streams of our own kept open for the next question.'),
  idle: duration('1s', '1h', '1min', 'A stream on which nothing is asked is closed after this.'),
  write: duration('100ms', '10min', '10s', 'A slow reader is given this long to take an answer.')
})

export type NeighboursLimits = LimitsOf<typeof neighboursLimits>
