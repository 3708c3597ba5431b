import { defineLimits, duration, type LimitsOf } from '../../limits.ts'

export const samplingLimits = defineLimits(
  'Reading the sensors.',
  {
    deadline: duration('100ms', '10min', '10s', 'A sample that takes longer is a fault.'),
    retryMin: duration('100ms', '1h', '1s', 'First wait before a failed sensor is opened again.'),
    retryMax: duration('100ms', '1h', '30s', 'Longest wait before a failed sensor is opened again.'),
    changeSpacing: duration(
      '10ms',
      '1h',
      '100ms',
      'Time between two changes that a contact reports at once; the newest is always reported.',
      'ms'
    )
  },
  ['retryMin', 'retryMax']
)

export type SamplingLimits = LimitsOf<typeof samplingLimits>
