import { defineLimits, duration, type LimitsOf, number, size, whole } from '../../limits.ts'

/** The defaults are those of docs/protocols.md section 25. */
export const manageLimits = defineLimits(
  'What peers that were granted configure may ask of this node from afar.',
  {
    deadline: duration(
      '1s',
      '10min',
      '30s',
      'One request may take this long to arrive, and its answer as long again.'
    ),
    rate: number(0.01, 1000, 1, 'Requests a second of one caller; beyond them its stream is reset.'),
    burst: whole(1, 1000, 20, 'Requests at once of one caller.'),
    callers: whole(16, 65_536, 256, 'Callers whose rate is remembered.'),
    streams: whole(1, 256, 8, 'Requests of all callers that are answered at a time.'),
    lines: whole(1, 10_000, 200, 'Lines of the log that are kept in memory for them.'),
    lineBytes: size('100B', '16KiB', '512B', 'Length to which one of these lines is cut.'),
    confirm: duration(
      '5s',
      '10min',
      '1min',
      'Time to confirm a configuration that was put, before the one of before comes back.'
    )
  }
)

export type ManageLimits = LimitsOf<typeof manageLimits>
