import { defineLimits, duration, type LimitsOf, number, whole } from '../../limits.ts'

/** The defaults are those of docs/protocols.md section 20. */
export const addressesLimits = defineLimits('The exchange of addresses with peers of the book.', {
  deadline: duration('100ms', '1min', '3s', 'One exchange may take this long.'),
  check: duration('1s', '1h', '5s', 'Time between two looks for connected peers that are to be told anew.'),
  rate: number(0.01, 1000, 0.5, 'Exchanges a second of one caller; beyond them its stream is reset.'),
  burst: whole(1, 1000, 10, 'Exchanges at once of one caller.'),
  callers: whole(16, 65_536, 1024, 'Callers whose rate is remembered.')
})

export type AddressesLimits = LimitsOf<typeof addressesLimits>
