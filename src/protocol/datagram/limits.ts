import {
  autoWhole,
  defaultsOf,
  defineLimits,
  duration,
  type LimitsOf,
  number,
  scaledWhole,
  size,
  whole
} from '../../limits.ts'

const rate = (about: string, perSecond: number, burst: number) =>
  defineLimits(about, {
    perSecond: number(0.1, 100_000, perSecond, 'Datagrams a second.'),
    burst: whole(1, 10_000, burst, 'Datagrams at once.')
  })

/** Tuning; what docs/protocols.md section 13 fixes for every node is not an option. */
export const datagramLimits = defineLimits('Single encrypted packets beside the streams.', {
  sessions: scaledWhole(1, 65_536, 256, 'Peers with a session at one time.'),
  flows: whole(1, 1024, 32, 'Flows of one session.'),
  pendingFlows: whole(1, 1024, 8, 'Flows of one session that wait for an answer.'),
  maxPayload: size('256B', '1168B', '1168B', 'Largest payload accepted.', 'B'),
  distantRate: rate('Maximum rate towards a distant peer; the rate follows the round trip.', 1000, 10),
  onLinkRate: rate('Rate towards a peer in a subnet of ours.', 1000, 64),
  failedOpens: autoWhole(
    10,
    100_000,
    'Forged packets decrypted a second under one key; auto: 1000, on ARM 100.'
  ),
  failedOpensOfNode: autoWhole(
    10,
    1_000_000,
    'Forged packets decrypted a second, in all; auto: four times as many.'
  ),
  packetsPerKey: whole(1_000, 2 ** 28, 2 ** 28, 'Packets under one key before it is replaced.'),
  ring: whole(1, 1024, 16, 'Datagrams queued while a stream carries them.'),
  ringAge: duration('10ms', '1min', '1s', 'A queued datagram is dropped after this.'),
  handshakeTimeout: duration('100ms', '1min', '10s', 'A session may take this long to begin.'),
  openTimeout: duration('100ms', '1min', '10s', 'A flow may take this long to be answered.'),
  resume: duration('100ms', '5min', '20s', 'A flow whose connection broke waits this long for another one.'),
  searchAgain: duration(
    '1s',
    '1h',
    '30s',
    'A better connection is sought again this long after none was found.'
  ),
  unvalidatedHosts: scaledWhole(16, 65_536, 1024, 'Hosts without a validated path whose bytes are counted.')
})

type Configured = LimitsOf<typeof datagramLimits>

/** With what the machine chose where the configuration says `auto`. */
export type DatagramLimits = { readonly [Key in keyof Configured]: Exclude<Configured[Key], 'auto'> }

/** For a PC. */
export const defaultDatagramLimits: DatagramLimits = {
  ...defaultsOf(datagramLimits),
  failedOpens: 1000,
  failedOpensOfNode: 4000
}
