import { defineLimits, duration, type LimitsOf, whole } from '../../limits.ts'

export const authorLimits = defineLimits('Publishing our own readings.', {
  pace: duration('1s', '1h', '1s', 'Time between two packs of one topic.'),
  waiting: whole(16, 65_536, 1024, 'Readings that may wait for a pack; more are only in the history.')
})

export type AuthorLimits = LimitsOf<typeof authorLimits>
