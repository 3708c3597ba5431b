import { defineLimits, number, size } from '../../limits.ts'

export const storeLimits = defineLimits('Shares of the authors whose readings are stored.', {
  authorShare: number(0.01, 1, 0.5, 'Part of history.bytes that one other author may take.'),
  claimedShare: number(
    0.01,
    1,
    0.25,
    'Part of history.bytes for all authors together that are stored for a claim.'
  ),
  authorWrites: size(
    '64KiB',
    '1GiB',
    '8MiB',
    'Bytes of one other author stored in an hour; those stored for a claim count as one.',
    'MiB'
  )
})
