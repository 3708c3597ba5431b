import t from 'tap'
import { autoWhole, defaultsOf, defineLimits, duration, type LimitsOf, size, whole } from '../src/limits.ts'

t.test('limits are declared once: their type and their defaults follow', async (t) => {
  const rate = defineLimits('A rate.', { perSecond: whole(1, 100, 10, 'Messages a second.') })
  const limits = defineLimits('Some bounds.', {
    wait: duration('100ms', '1h', '1min', 'How long it waits.'),
    bytes: size('1KiB', '1MiB', '64KiB', 'Largest message.'),
    peers: autoWhole(1, 1024, 'Peers at one time.'),
    rate
  })
  const defaults: LimitsOf<typeof limits> = defaultsOf(limits)
  t.strictSame(defaults, { wait: 60_000, bytes: 65_536, peers: 'auto', rate: { perSecond: 10 } })
  t.match(limits.entries.wait, { kind: 'duration', min: 100, max: 3_600_000, initial: '1min', usual: 's' })
})
