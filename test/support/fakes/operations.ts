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
import type { HistoryRequest, HistoryRow } from '../../../src/node/api/reading-rows.ts'
import type { ConfigReload } from '../../../src/node/configuration/views.ts'

import {
  fault,
  frost,
  HALL,
  historyRows,
  logged,
  pairSteps,
  peers,
  pingReplies,
  pump,
  series,
  stale,
  status
} from './views.ts'

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
