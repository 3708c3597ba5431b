import type { PairStep } from '../../../src/node/api/access/pairing-views.ts'
import type {
  LoggedCommand,
  PeerView,
  PingReply,
  SeriesView,
  Status,
  SwitchView
} from '../../../src/node/api/operations.ts'
import type { RuleView } from '../../../src/node/api/outputs/rule-views.ts'
import type { HistoryRow, ReadingRow } from '../../../src/node/api/reading-rows.ts'

/** 2026-11-23T21:56:41Z, in Unix seconds: now, for all that is fixed here. */
export const NOW = 1_795_471_001

export const HALL = '12D3KooWHaLLHaLLHaLLHaLLHaLLHaLLHaLLHaLLHaLLq7Xf2a'
export const GREENHOUSE = '12D3KooWGreenGreenGreenGreenGreenGreenGreenGrZk81pd'
const STRANGER = '12D3KooWStrangeStrangeStrangeStrangeStrangeSm3Rr9c'

export function series(change: Partial<SeriesView> = {}): SeriesView {
  return {
    peer: HALL,
    who: 'hall',
    series: 'air/temperature',
    device: 'air',
    quantity: 'temperature',
    state: 'value',
    value: 21.48,
    unit: 'Cel',
    shown: '21.48 °C',
    time: NOW,
    quality: 0,
    age: 0.4,
    interval: 10,
    position: { epoch: 1_795_400_000, boot: '00112233aabbccdd', seq: 7 },
    signed: true,
    known: false,
    door: 'gossip',
    ...change
  }
}

/** A reading `n` seconds after now, of such a value. */
export function reading(n: number, value: number, change: Partial<SeriesView> = {}): SeriesView {
  const { position } = series()
  return series({
    value,
    shown: `${value.toFixed(2)} °C`,
    time: NOW + n,
    position: { ...position, seq: n },
    ...change
  })
}

/** A rule that has fired, and could not do all of it. */
export const frost: RuleView = {
  name: 'frost',
  when: 'air/temperature below 5, over at 6',
  does: ['switch heater on for 10 min', 'send desk /note/text/v1'],
  state: 'fault',
  fired: 3,
  last: {
    time: NOW - 60,
    ago: 60,
    why: 'air/temperature is 4.21 °C',
    results: [
      { does: 'switch heater on for 10 min' },
      { does: 'send desk /note/text/v1', error: 'desk cannot be reached' }
    ]
  },
  fault: 'desk cannot be reached'
}

/** A code that is tried wrongly once, and then used. */
export const pairSteps: readonly PairStep[] = [
  { code: '7K3M-Q9TX', until: NOW + 900, may: ['own'] },
  { tried: { peer: STRANGER, who: '…m3Rr9c' }, left: 4 },
  { paired: { peer: GREENHOUSE, name: 'anna' } },
  { closed: 'used' }
]

/** `value` and `shown` are not there in a fault. */
export function fault(): SeriesView {
  const {
    value: _value,
    shown: _shown,
    ...rest
  } = series({
    peer: GREENHOUSE,
    who: 'greenhouse',
    series: 'soil/voltage.a0',
    device: 'soil',
    quantity: 'voltage',
    channel: 'a0',
    unit: 'V',
    age: 40
  })
  const text = 'ads1115 at 0x48 on i2c-1 does not acknowledge'
  return { ...rest, state: 'fault', fault: { code: 'no-acknowledge', text } }
}

export function stale(): SeriesView {
  const position = { ...series().position, seq: 3 }
  const shown = { value: 18.02, shown: '18.02 °C', time: NOW - 180, age: 180, position }
  return series({ peer: STRANGER, who: 'attic', state: 'stale', stale: 'link', ...shown })
}

export const peers: readonly PeerView[] = [
  {
    peer: GREENHOUSE,
    name: 'greenhouse',
    inBook: true,
    purposes: ['temperature', 'soil'],
    protocols: ['/sensor/temp/v1'],
    path: { kind: 'relay', text: 'via hall', via: HALL },
    rtt: 9.6,
    seen: 12,
    connected: false
  },
  {
    peer: HALL,
    name: 'hall',
    inBook: true,
    purposes: ['temperature'],
    protocols: ['/sensor/temp/v1'],
    path: { kind: 'direct', text: 'direct  192.168.1.20', address: '/ip4/192.168.1.20/tcp/4001' },
    rtt: 2.1,
    seen: 0,
    connected: true
  },
  {
    peer: STRANGER,
    // A stranger's name is the stranger's choice: this one tries to clear the screen.
    name: 'evil\u001b[2Jname',
    inBook: false,
    purposes: [],
    protocols: [],
    path: { kind: 'none', text: 'no path' },
    rtt: null,
    seen: null,
    connected: false
  }
]

export const status: Status = {
  peer: HALL,
  name: 'hall',
  version: '0.1.0',
  world: 'linux',
  home: '/var/lib/kith',
  pid: 4711,
  uptime: 7260,
  addresses: [`/ip4/192.168.1.20/tcp/4001/p2p/${HALL}`, `/ip6/fd00::20/tcp/4001/p2p/${HALL}`],
  purposes: ['temperature'],
  protocols: ['/sensor/temp/v1'],
  sensors: [
    { name: 'air', type: 'bme280', place: '0x76 on i2c-1', interval: 10, state: 'value', series: [series()] },
    {
      name: 'soil',
      type: 'ads1115',
      place: '0x48 on i2c-1',
      interval: 60,
      state: 'fault',
      series: [fault()]
    },
    { name: 'door', type: 'contact', place: 'GPIO17', interval: 1, state: 'waiting', series: [] }
  ],
  peers: 2,
  memory: { rss: 81_000_000, heapUsed: 22_400_000, heapTotal: 30_000_000 },
  history: {
    state: 'read-only',
    error: 'attempt to write a readonly database',
    bytes: 1_300_000,
    bytesWritten: 52_000,
    readings: 12_345,
    file: '/var/lib/kith/history.sqlite'
  },
  time: { quality: 0, errorBound: 0.05, now: NOW },
  run: { epoch: 1_795_400_000, boot: '00112233aabbccdd' },
  counters: { 'gossip.accept': 12 }
}

export const historyRows: readonly HistoryRow[] = [
  ...[21.1, 21.3, 21.9, 22.4, 22.1].map((value, i) => row(reading(i * 60, value, { interval: 60 }))),
  { peer: HALL, who: 'hall', series: 'air/temperature', lost: { ...series().position, from: 241, to: 243 } },
  { ...row({ ...fault(), time: null, quality: 2 }), sinceStart: 725 }
]

export function row(view: SeriesView): ReadingRow {
  const { age: _age, stale: _stale, ...rest } = view
  return { ...rest, state: view.state === 'fault' ? 'fault' : 'value', from: 'author' }
}

export const pingReplies: readonly PingReply[] = [
  { peer: HALL, who: 'hall', n: 1, by: 'datagram', rtt: 2.1, path: 'direct 192.168.1.20' },
  {
    peer: HALL,
    who: 'hall',
    n: 2,
    by: 'datagram',
    error: 'no answer within 1 s',
    path: 'direct 192.168.1.20'
  },
  { peer: HALL, who: 'hall', n: 3, by: 'stream', rtt: 12.4, path: 'direct 192.168.1.20' }
]

/** Answers with what it is given, and remembers what it was asked. */
export const pump: SwitchView = {
  name: 'pump',
  line: 'GPIO27',
  state: 'on',
  safe: 'off',
  maxOn: 600,
  since: 18,
  left: 582,
  lock: null,
  persists: true
}

export const logged: LoggedCommand = {
  time: NOW - 60,
  quality: 0,
  name: 'pump',
  peer: HALL,
  who: 'hall',
  asked: 'on',
  for: 1800,
  answer: 'on',
  error: null,
  times: 1
}
