import { autoSize, defineLimits, type LimitsOf, scaledWhole, whole } from '../../limits.ts'

export const hubLimits = defineLimits('Latest readings in memory.', {
  series: scaledWhole(16, 1_000_000, 4096, 'Series whose latest reading is held.'),
  bytes: autoSize(
    '256KiB',
    '16GiB',
    'What is held of all series; auto: 1/32 of the memory, 8 to 256 MiB.',
    'MiB'
  ),
  subscribers: whole(1, 4096, 64, 'Subscribers at one time: observers, bridges, watches.'),
  queue: whole(16, 65_536, 1024, 'Packs that wait for one slow subscriber; the oldest are dropped.'),
  runs: whole(1, 256, 8, 'Runs of one series whose positions are remembered as seen.'),
  ranges: whole(1, 4096, 64, 'Ranges without a gap remembered of one run.')
})

type Configured = LimitsOf<typeof hubLimits>

/** With what the machine chose where the configuration says `auto`. */
export type HubLimits = Omit<Configured, 'bytes'> & { readonly bytes: number }
