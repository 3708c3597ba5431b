import { autoSize, defineLimits, duration, type LimitsOf, size } from '../../limits.ts'

export const historyLimits = defineLimits('Readings on disk.', {
  flush: duration('1s', '1h', '60s', 'Readings are written to disk this often; a power cut loses no more.'),
  age: duration('1h', '36500d', '30d', 'Older readings are deleted.', 'd'),
  bytes: size('1MiB', '1024GiB', '64MiB', 'Beyond this size the oldest readings are deleted.', 'MiB'),
  flushBytes: size('4KiB', '64MiB', '256KiB', 'Unwritten bytes that bring a flush forward.', 'MiB'),
  memoryBytes: size(
    '4KiB',
    '1024MiB',
    '8MiB',
    'Readings held in memory while the disk cannot be written.',
    'MiB'
  ),
  sealBytes: autoSize(
    '64KiB',
    '16GiB',
    'Signatures of others that wait in memory for a block of their author; auto: 1/32 of the memory, 8 to 64 MiB.',
    'MiB'
  ),
  blockAge: duration('1min', '1d', '15min', 'An unfilled block is sealed after this.', 'min')
})

type Configured = LimitsOf<typeof historyLimits>

/** With what the machine chose where the configuration says `auto`. */
export type HistoryLimits = Omit<Configured, 'sealBytes'> & { readonly sealBytes: number }
