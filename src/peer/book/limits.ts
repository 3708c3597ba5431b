import { defineLimits, duration, type LimitsOf, whole } from '../../limits.ts'

export const bookCapacity = whole(1, 65_536, 16_384, 'Entries of the address book.')

export const lastGoodLimits = defineLimits('Addresses at which peers of the book were reached, in a file.', {
  peers: whole(0, 65_536, 1024, 'Peers whose addresses are kept.'),
  addresses: whole(1, 16, 4, 'Addresses kept of one peer, the latest ones.'),
  write: duration('10s', '1d', '10min', 'Time between two writes of the file; it is written at the end, too.')
})

export type LastGoodLimits = LimitsOf<typeof lastGoodLimits>
