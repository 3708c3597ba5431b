import { defineLimits, duration, type LimitsOf, whole } from '../../limits.ts'

export const serveLimits = defineLimits('Streams that kith serve answers with programs.', {
  programs: whole(1, 256, 16, 'Programs at one time for one kith serve; further streams are reset.'),
  programsPerPeer: whole(1, 256, 8, 'Of these, programs that answer one peer.'),
  accept: duration('1s', '1min', '10s', 'A stream waits this long for its program to start.')
})

export type ServeLimits = LimitsOf<typeof serveLimits>
