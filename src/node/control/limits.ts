import { defineLimits, duration, type LimitsOf, size, whole } from '../../limits.ts'

export const controlLimits = defineLimits('The control socket in the home.', {
  connections: whole(
    1,
    1024,
    16,
    'Requests at one time that wait for peers or go on (ask, watch), and as many others.'
  ),
  streams: whole(1, 1024, 64, 'Streams at one time that kith pipe and kith serve carry.'),
  requestBytes: size('1KiB', '16MiB', '512KiB', 'Largest request.'),
  timeout: duration('1s', '1h', '10s', 'A request may take this long to arrive.')
})

export type ControlLimits = LimitsOf<typeof controlLimits>
