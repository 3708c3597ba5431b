import { defineLimits, type LimitsOf, whole } from '../../limits.ts'

export const hubLimits = defineLimits('Latest readings in memory.', {
  series: whole(16, 1_000_000, 4096, 'Series whose latest reading is held.'),
  subscribers: whole(1, 4096, 64, 'Subscribers at one time: observers, bridges, watches.'),
  queue: whole(16, 65_536, 1024, 'Packs that wait for one slow subscriber; the oldest are dropped.'),
  runs: whole(1, 256, 8, 'Runs of one series whose positions are remembered as seen.'),
  ranges: whole(1, 4096, 64, 'Ranges without a gap remembered of one run.')
})

export type HubLimits = LimitsOf<typeof hubLimits>
