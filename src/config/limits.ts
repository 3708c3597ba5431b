import * as v from 'valibot'
import { durationUnits, formatUnits } from '../units.ts'
import { duration, number, option, section, size, truth, whole, wordOr } from './options/kinds.ts'

const SECOND = 1_000
const MINUTE = 60_000
const HOUR = 3_600_000
const DAY = 86_400_000
const KIB = 1024
const MIB = 1024 ** 2

/** A section whose least wait may not be longer than its greatest. */
function ordered<
  const Min extends string,
  const Max extends string,
  const Schema extends v.GenericSchema<unknown, Readonly<Record<Min | Max, number>>>
>(min: Min, max: Max, schema: Schema) {
  const show = (value: number): string => formatUnits(value, durationUnits)
  return v.pipe(
    schema,
    v.check(
      (waits) => waits[min] <= waits[max],
      ({ input }) => `${min} (${show(input[min])}) is more than ${max} (${show(input[max])})`
    )
  )
}

/** Bounds of every room. The defaults suit a Pi with a hundred neighbours; a gateway may want more. */
export const limits = section('Bounds of everything that a neighbour or a fault could make grow.', {
  sampling: ordered(
    'retryMin',
    'retryMax',
    section('Reading the sensors.', {
      deadline: option(duration(100, 10 * MINUTE), '10s', 'A sample that takes longer is a fault.'),
      retryMin: option(duration(100, HOUR), '1s', 'First wait before a failed sensor is opened again.'),
      retryMax: option(duration(100, HOUR), '30s', 'Longest wait before a failed sensor is opened again.'),
      changeSpacing: option(
        duration(10, HOUR, 'ms'),
        '100ms',
        'Time between two changes that a contact tells at once; the newest is never left out.'
      )
    })
  ),
  author: section('Publishing our own readings.', {
    pace: option(duration(SECOND, HOUR), '1s', 'Time between two packs of one topic.'),
    waiting: option(whole(16, 65_536), 1024, 'Readings that may wait for a pack; history holds the rest.')
  }),
  query: section('Questions over streams.', {
    streamsPerPeer: option(whole(1, 64), 4, 'Streams one peer may hold open on one protocol.'),
    requestsPerStream: option(whole(1, 1024), 32, 'Open requests of one stream.'),
    requestBytes: option(size(128, 64 * KIB, 'B'), '512B', 'Largest request.'),
    answerBytes: option(size(KIB, MIB, 'B'), '17KiB', 'Largest answer; a block must fit.'),
    sessions: option(whole(1, 65_536), 256, 'Streams of all peers that are answered at once.'),
    links: option(whole(1, 65_536), 256, 'Streams of our own kept open for the next question.'),
    idle: option(
      duration(10 * SECOND, DAY),
      '5min',
      'A stream without an open request is closed after this.'
    ),
    write: option(duration(100, 10 * MINUTE), '30s', 'A slow reader is given this long to take a frame.'),
    deadline: option(duration(100, 10 * MINUTE), '10s', 'How long a question of ours may take.'),
    rate: option(number(0.1, 100_000), 50, 'Requests a second of one peer.'),
    burst: option(whole(1, 100_000), 200, 'Requests at once of one peer.'),
    peers: option(whole(16, 65_536), 1024, 'Peers whose rate is remembered.'),
    observedSeries: option(
      whole(1, 65_536),
      256,
      'Series whose newest is kept for an observer that takes nothing.'
    ),
    packs: option(whole(1, 4096), 256, 'Packs taken as the answer to one read.'),
    remembered: option(
      size(0, 16 * 1024 * KIB, 'KiB'),
      '32KiB',
      'Packs kept as read: the same bytes are not verified and read again.'
    ),
    historyItems: option(whole(1, 4096), 64, 'Blocks and packs in the answer to one history request.'),
    historyBytes: option(size(16 * KIB, MIB, 'KiB'), '512KiB', 'Bytes in the answer to one history request.')
  }),
  streams: section('Streams of applications.', {
    perPeer: option(whole(1, 1024), 16, 'Streams one peer may hold open on one protocol.'),
    messageBytes: option(size(KIB, 4 * MIB, 'KiB'), '64KiB', 'Largest message.'),
    bufferBytes: option(size(KIB, 4 * MIB, 'KiB'), '1MiB', 'Messages that wait for a slow application.'),
    write: option(duration(100, 10 * MINUTE), '30s', 'A slow reader is given this long to take a message.')
  }),
  gossip: section('Readings that come by gossip.', {
    sourceRate: option(whole(1, 100_000), 200, 'Messages a second taken from one neighbour.'),
    sourceBurst: option(whole(1, 100_000), 400, 'Messages at once taken from one neighbour.'),
    authorRate: option(number(0.1, 100_000), 5, 'Packs a second taken of one author.'),
    authorBurst: option(whole(1, 100_000), 20, 'Packs at once taken of one author.'),
    authors: option(whole(16, 1_000_000), 4096, 'Authors whose rate is remembered.'),
    sources: option(whole(16, 65_536), 1024, 'Neighbours whose rate is remembered.'),
    verified: option(whole(16, 1_000_000), 4096, 'Verified packs whose hash is remembered.'),
    keys: option(whole(16, 65_536), 256, 'Authors whose public key is kept ready.'),
    maxInboundDataLength: option(
      size(64 * KIB, 16 * MIB, 'KiB'),
      '1MiB',
      'Largest message of gossip itself; the same on every node.'
    ),
    floodPeriod: option(duration(SECOND, DAY), '1min', 'Time between two log lines about a flood.'),
    floodLeast: option(whole(1, 1_000_000), 100, 'Refused messages in that time that make a flood.')
  }),
  journal: section('What is held in memory.', {
    series: option(whole(16, 1_000_000), 4096, 'Series whose latest reading is held.'),
    subscribers: option(whole(1, 4096), 64, 'Who may follow at one time: observers, bridges, watchers.'),
    queue: option(
      whole(16, 65_536),
      1024,
      'Packs that wait for one slow subscriber; the oldest are dropped.'
    ),
    runs: option(whole(1, 256), 8, 'Runs of one series whose readings are remembered as seen.'),
    stretches: option(whole(1, 4096), 64, 'Stretches without a hole remembered of one run.')
  }),
  follow: ordered(
    'min',
    'max',
    section('Readings of others, in order and none twice.', {
      wait: option(duration(0, HOUR), '2s', 'A hole may fill itself for this long.'),
      min: option(duration(100, HOUR), '1s', 'First wait before asking again for what is missing.'),
      max: option(duration(100, DAY), '5min', 'Longest wait before asking again.'),
      patience: option(
        duration(MINUTE, 365 * DAY),
        '1d',
        'What nobody could tell for this long is given up as lost.'
      ),
      waiting: option(whole(16, 65_536), 1024, 'Readings of one series that wait behind a hole.')
    })
  ),
  repair: section('Asking for readings that were missed.', {
    concurrent: option(whole(1, 256), 4, 'Questions under way at one time.'),
    spacing: option(duration(1, HOUR), '200ms', 'Time between the beginnings of two.'),
    waiting: option(whole(1, 65_536), 256, 'Holes that wait for their turn; the oldest are sent away.'),
    most: option(whole(0, 64), 3, 'Peers asked besides the author.'),
    silence: option(duration(100, 10 * MINUTE), '10s', 'An answer counts as ended after this silence.')
  }),
  keeping: ordered(
    'min',
    'max',
    section('Keeping the readings of others (store).', {
      period: option(duration(SECOND, DAY), '10s', 'Time between looks for holes.'),
      compactPeriod: option(
        duration(MINUTE, 7 * DAY),
        '30min',
        'Time between questions for blocks in place of packs.'
      ),
      min: option(duration(100, HOUR), '1s', 'First wait before an author who is silent is asked again.'),
      max: option(duration(100, DAY), '5min', 'Longest wait before it is asked again.'),
      holes: option(whole(1, 4096), 16, 'Holes asked for at one look.'),
      gone: option(whole(1, 65_536), 1024, 'Holes remembered that their author cannot fill.')
    })
  ),
  holders: section('Who holds the readings of whom.', {
    authors: option(whole(16, 1_000_000), 1024, 'Authors of whom holders are remembered.'),
    holders: option(whole(1, 256), 8, 'Holders remembered of each.')
  }),
  meta: section('What nodes tell of themselves.', {
    authors: option(whole(16, 1_000_000), 1024, 'Nodes whose catalogue is held.'),
    period: option(duration(10 * SECOND, DAY), '10min', 'Time between tellings of what did not change.'),
    gather: option(duration(0, HOUR), '1s', 'Changes are gathered for this long before they are told.')
  }),
  network: section('Connections.', {
    connections: option(whole(4, 65_536), 256, 'Open connections.'),
    inboundPerSecond: option(whole(1, 10_000), 20, 'New connections a second from one IP address.'),
    inboundPending: option(whole(1, 10_000), 128, 'Connections that have not shaken hands yet.'),
    // So long that a slow device makes it, so short that one address cannot take every place.
    handshakeTimeout: option(
      duration(SECOND, MINUTE),
      '5s',
      'A new connection may take this long to shake hands.'
    ),
    dialTimeout: option(
      duration(SECOND, 5 * MINUTE),
      '20s',
      'A dial may take this long, all addresses together.'
    ),
    addressDialTimeout: option(duration(100, 5 * MINUTE), '3s', 'A dial of one address may take this long.'),
    identifyTimeout: option(
      duration(SECOND, 5 * MINUTE),
      '15s',
      'A new neighbour may take this long to say what it speaks.'
    ),
    pingInterval: option(
      duration(SECOND, HOUR),
      '15s',
      'Time between pings; who does not answer is hung up on.'
    ),
    pingTimeout: option(
      duration(SECOND, 10 * MINUTE),
      '10s',
      'How long an answer is awaited, at most until the next ping; a link that loses much may stand still for seconds.'
    ),
    streamBuffer: option(
      size(16 * KIB, 16 * MIB, 'KiB'),
      '256KiB',
      'Bytes that wait to be written on one stream.'
    ),
    interfaceCheck: option(duration(SECOND, HOUR), '5s', 'Time between looks at the network interfaces.'),
    gossipCheck: option(
      duration(SECOND, HOUR),
      '5s',
      'Time between looks for connections whose gossip is dead.'
    )
  }),
  neighbourhood: ordered(
    'retryMin',
    'retryMax',
    section('Peers that are known and dialled.', {
      peers: option(whole(16, 65_536), 1024, 'Peers remembered, connected or not.'),
      addresses: option(whole(1, 256), 16, 'Addresses remembered of one peer.'),
      retryMin: option(duration(100, HOUR), '1s', 'First wait before a peer is dialled again.'),
      retryMax: option(duration(SECOND, DAY), '1min', 'Longest wait before a peer is dialled again.'),
      forgetAfter: option(
        duration(MINUTE, 365 * DAY),
        '1d',
        'A stranger not reached for this long is forgotten.'
      )
    })
  ),
  book: option(whole(1, 65_536), 1024, 'Entries of the address book.'),
  control: section('The control socket in the home.', {
    connections: option(whole(1, 1024), 16, 'Open connections.'),
    requestBytes: option(size(KIB, 16 * MIB, 'KiB'), '64KiB', 'Largest request.'),
    timeout: option(duration(SECOND, HOUR), '10s', 'A request may take this long to arrive.')
  })
})

const rate = (about: string, perSecond: number, burst: number) =>
  section(about, {
    perSecond: option(number(0.1, 100_000), perSecond, 'Datagrams a second.'),
    burst: option(whole(1, 10_000), burst, 'Datagrams at once.')
  })

/** Ports that a peer may be told (datagram.md, HELLO); those below belong to other programs. */
const udpPort = v.pipe(
  whole(0, 65_535),
  v.check(
    (port) => port === 0 || port >= 1024,
    ({ input }) => `${input} is less than 1024, the least, and not 0`
  )
)

/** datagram.md's tuning; what is fixed there by the protocol is no option. */
export const datagrams = section('Single encrypted packets beside the streams.', {
  enabled: option(truth(), true, 'Whether datagrams are spoken at all.'),
  port: option(
    wordOr('tcp', udpPort, 'a UDP port as in 4001'),
    'tcp',
    'UDP port: tcp for the number that TCP listens on, 0 lets the system choose.'
  ),
  sessions: option(whole(1, 65_536), 256, 'Peers with a session at one time.'),
  flows: option(whole(1, 1024), 32, 'Flows of one session.'),
  pendingFlows: option(whole(1, 1024), 8, 'Flows of one session that wait for an answer.'),
  maxPayload: option(size(256, 1168, 'B'), '1168B', 'Largest payload taken.'),
  distantRate: rate('Ceiling towards a distant peer; the rate follows the round trip.', 1000, 10),
  onLinkRate: rate('Towards a peer in a subnet of ours.', 1000, 64),
  failedOpens: option(
    wordOr('auto', whole(10, 100_000), 'a whole number'),
    'auto',
    'Forged packets opened a second under one key; auto: 1000, on ARM 100.'
  ),
  failedOpensOfNode: option(
    wordOr('auto', whole(10, 1_000_000), 'a whole number'),
    'auto',
    'Forged packets opened a second, in all; auto: four times as many.'
  ),
  packetsPerKey: option(whole(1_000, 2 ** 28), 2 ** 28, 'Packets under one key before it is replaced.'),
  ring: option(whole(1, 1024), 16, 'Datagrams held back while a stream carries them.'),
  ringAge: option(duration(10, MINUTE), '1s', 'How long one is held back.'),
  handshakeTimeout: option(duration(100, MINUTE), '10s', 'A session may take this long to begin.'),
  openTimeout: option(duration(100, MINUTE), '10s', 'A flow may take this long to be answered.'),
  unvalidatedHosts: option(whole(16, 65_536), 1024, 'Hosts without a proven path whose bytes are counted.')
})
