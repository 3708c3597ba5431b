import { defineLimits, duration, type LimitsOf, whole } from '../../limits.ts'

/** The defaults are those of docs/protocols.md section 24; none can be made looser, a code has 40 bits. */
export const pairLimits = defineLimits('Pairing by a code.', {
  lifetime: duration('1min', '15min', '15min', 'A code that nobody used is closed after this.', 'min'),
  tries: whole(1, 5, 5, 'Tries of one code, by whomever; then it is closed.'),
  interval: duration('2s', '1min', '2s', 'Least time from the begin of one try to that of the next.'),
  deadline: duration('1s', '1min', '10s', 'One try may take this long.'),
  repeat: duration(
    '0s',
    '10min',
    '2min',
    'Whoever proved a code may prove it again for this long, if the answer was lost.',
    'min'
  )
})

export type PairLimits = LimitsOf<typeof pairLimits>
