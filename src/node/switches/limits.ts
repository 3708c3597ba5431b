import { defineLimits, duration, type LimitsOf, number, whole } from '../../limits.ts'

/** The defaults are those of docs/protocols.md section 23. */
export const switchLimits = defineLimits('Commands of switches, and their log.', {
  rate: number(0.1, 1000, 5, 'Commands a second of one peer.'),
  burst: whole(1, 1000, 20, 'Commands at once of one peer.'),
  peers: whole(
    1,
    1024,
    32,
    'Peers whose commands are remembered, so that a repeated one switches nothing again.'
  ),
  waiting: whole(1, 256, 16, 'Commands that wait for one switch.'),
  logRows: whole(16, 100_000, 4096, 'Commands in the log; refused ones are at most a quarter of them.'),
  logAge: duration('1h', '36500d', '365d', 'Older commands are deleted from the log.', 'd')
})

export type SwitchLimits = LimitsOf<typeof switchLimits>
