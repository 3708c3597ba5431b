import { PassThrough } from 'node:stream'
import { NodeError } from '../../../src/error.ts'
import type {
  PairOpenRequest,
  PairRequest,
  PairStep,
  PairView,
  UnpairView
} from '../../../src/node/api/access/pairing-views.ts'
import type { AccessRequest, AccessRow } from '../../../src/node/api/access/views.ts'
import type { ManageAsk } from '../../../src/node/api/manage/manage-ask.ts'
import type {
  AcceptRequest,
  AskRequest,
  BookChange,
  BookEntry,
  BookImport,
  DeviceScan,
  DevicesScanRequest,
  DevicesTestRequest,
  ForgottenAddresses,
  LoggedCommand,
  Operations,
  PeerStream,
  PeerView,
  PingReply,
  PingRequest,
  PipeRequest,
  SeriesView,
  ServeEvent,
  ServeRequest,
  Status,
  SwitchLogRequest,
  SwitchRequest,
  SwitchView,
  TestedSensor,
  WatchRequest
} from '../../../src/node/api/operations.ts'
import type { RuleView } from '../../../src/node/api/outputs/rule-views.ts'
import type { HistoryRequest, HistoryRow, ReadingRow } from '../../../src/node/api/reading-rows.ts'
import type { ConfigReload } from '../../../src/node/configuration/views.ts'

/** 2026-11-23T21:56:41Z, in Unix seconds: now, for all that is fixed here. */
export const NOW = 1_795_471_001

const HALL = '12D3KooWHaLLHaLLHaLLHaLLHaLLHaLLHaLLHaLLHaLLq7Xf2a'
const GREENHOUSE = '12D3KooWGreenGreenGreenGreenGreenGreenGreenGrZk81pd'
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
const frost: RuleView = {
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
const pairSteps: readonly PairStep[] = [
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

function row(view: SeriesView): ReadingRow {
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

export class FakeOperations implements Operations {
  readonly asked: unknown[] = []
  readonly entries = new Map<string, BookEntry>()
  steps: readonly PairStep[] = pairSteps
  ruleViews: readonly RuleView[] = [frost]
  views: readonly SeriesView[] = [series(), fault(), stale()]
  rows: readonly HistoryRow[] = historyRows
  replies: readonly PingReply[] = pingReplies
  managed: readonly unknown[] = []
  reloaded: ConfigReload = { state: 'unchanged', changed: [], pending: [], problems: [] }
  /** Thrown by every operation that is asked of others. */
  error: Error | undefined
  /** Whether ask() answers only when its signal aborts. */
  hangs = false

  async status(): Promise<Status> {
    return status
  }

  async peers(): Promise<PeerView[]> {
    return [...peers]
  }

  async peersForget(who: string): Promise<ForgottenAddresses[]> {
    this.#note({ who })
    return [{ peer: HALL, who: 'hall', addresses: ['/ip4/192.168.1.20/tcp/4001'] }]
  }

  async book(): Promise<BookEntry[]> {
    return [...this.entries.values()]
  }

  async bookPut({
    name = '',
    who = '',
    purposes = [],
    addresses = [],
    time = false
  }: BookChange): Promise<BookEntry> {
    const entry = { name, peer: who, purposes, addresses, time }
    this.entries.set(name, entry)
    return entry
  }

  async *manage(ask: ManageAsk): AsyncGenerator<unknown> {
    this.#note(ask)
    yield* this.managed
  }

  async configReload(): Promise<ConfigReload> {
    return this.reloaded
  }

  async access({ who = 'anna' }: AccessRequest): Promise<AccessRow[]> {
    return [{ who, word: 'operate', on: 'heater', allowed: true, by: ['kith.yaml:4'] }]
  }

  async bookRename(from: string, to: string): Promise<BookEntry> {
    const { name: _name, ...entry } = this.entries.get(from) ?? {
      peer: '',
      purposes: [],
      addresses: [],
      time: false
    }
    this.entries.delete(from)
    this.entries.set(to, { name: to, ...entry })
    return { name: to, ...entry }
  }

  async bookRemove(name: string): Promise<void> {
    this.entries.delete(name)
  }

  async bookImport(entries: readonly BookEntry[]): Promise<BookImport> {
    for (const entry of entries) this.entries.set(entry.name, entry)
    return { added: entries.map(({ name }) => name), changed: [], same: 0, conflicts: [] }
  }

  async rules(): Promise<RuleView[]> {
    return [...this.ruleViews]
  }

  async *pairOpen(request: PairOpenRequest): AsyncGenerator<PairStep> {
    this.#note(request)
    yield* this.steps
  }

  async pair(request: PairRequest): Promise<PairView> {
    this.#note(request)
    if (this.error !== undefined) throw this.error
    return { name: 'hall', peer: HALL, may: ['own'] }
  }

  async unpair(who: string): Promise<UnpairView> {
    this.#note({ who })
    return { name: 'hall', peer: HALL, told: false, why: 'it cannot be reached', still: ['kith.yaml:12'] }
  }

  async ask(request: AskRequest, signal: AbortSignal): Promise<SeriesView[]> {
    this.#note(request)
    if (this.hangs) await aborted(signal)
    return [...this.views]
  }

  async *watch(request: WatchRequest, signal: AbortSignal): AsyncGenerator<SeriesView> {
    this.#note(request)
    yield* this.views
    await aborted(signal)
  }

  async *history(request: HistoryRequest): AsyncGenerator<HistoryRow> {
    this.#note(request)
    yield* this.rows
  }

  async switch(request: SwitchRequest): Promise<SwitchView[]> {
    this.#note(request)
    return [request.to === 'off' ? { ...pump, state: 'off', left: null } : pump]
  }

  async switchLog(request: SwitchLogRequest): Promise<LoggedCommand[]> {
    this.#note(request)
    return [logged]
  }

  async devicesTest(request: DevicesTestRequest): Promise<TestedSensor[]> {
    this.#note(request)
    const values = [{ series: 'temperature', state: 'plausible', value: 21.48, shown: '21.48 °C' } as const]
    return [{ name: 'air', type: 'bme280', place: '0x76 on i2c-1', took: 0, age: 0.4, values }]
  }

  async devicesScan(request: DevicesScanRequest): Promise<DeviceScan> {
    this.#note(request)
    const place = '0x76 on i2c-1'
    return {
      findings: [{ kind: 'sure', place, type: 'bme280', reason: 'Bosch BME280', configured: 'air' }],
      skipped: ['i2c-2']
    }
  }

  /** What is sent comes back. */
  async pipe(request: PipeRequest): Promise<PeerStream> {
    this.#note(request)
    const [protocol = ''] = request.protocols
    return { peer: HALL, protocol, bytes: new PassThrough() }
  }

  async *serve({ protocols }: ServeRequest, signal: AbortSignal): AsyncGenerator<ServeEvent> {
    this.#note({ protocols })
    yield { serving: protocols, programs: 1 }
    await aborted(signal)
  }

  async accept(request: AcceptRequest): Promise<PeerStream> {
    this.#note(request)
    throw new NodeError('gone', 'the stream has ended or was taken')
  }

  async *ping(request: PingRequest): AsyncGenerator<PingReply> {
    this.#note(request)
    yield* this.replies
  }

  #note(request: unknown): void {
    this.asked.push(request)
    if (this.error !== undefined) throw this.error
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}
