import type { Duplex } from 'node:stream'
import type { Finding } from '../../hal/scan/finding.ts'
import type { ConfigReload, ConfigStatus } from '../configuration/views.ts'
import type { ImportReport } from '../peers/import-book.ts'
import type { PairOpenRequest, PairRequest, PairStep, PairView, UnpairView } from './access/pairing-views.ts'
import type { AccessRequest, AccessRow } from './access/views.ts'
import type { ManageAsk } from './manage/manage-ask.ts'
import type { RuleView } from './outputs/rule-views.ts'
import type { LoggedCommand, SwitchLogRequest, SwitchRequest, SwitchView } from './outputs/switch-views.ts'
import type { HistoryRequest, HistoryRow, SeriesView } from './reading-rows.ts'

export type { LoggedCommand, SwitchLogRequest, SwitchRequest, SwitchView } from './outputs/switch-views.ts'
export type { SeriesView } from './reading-rows.ts'

/**
 * What people and programs ask of a running node, in plain JSON values; pipe and accept give bytes. A node implements it
 * (node/node-operations.ts), the control socket offers it, and the command line speaks to either.
 */
export interface Operations {
  status(): Promise<Status>
  /** Connected and known peers, those of the book, and those that neighbours see; they are asked for up to a second. */
  peers(): Promise<PeerView[]>
  /**
   * Removes the addresses that were learned of each peer that is meant; those of the book stay, and so do open
   * connections. @throws NodeError nobody-found, ambiguous
   */
  peersForget(who: string): Promise<ForgottenAddresses[]>
  book(): Promise<BookEntry[]>
  /** Adds or changes an entry; what is absent of an existing entry stays as it is. */
  bookPut(entry: BookChange): Promise<BookEntry>
  /**
   * Reads kith.yaml anew and applies what needs no restart. A configuration that is wrong changes nothing.
   * @throws NodeError no-config-file
   */
  configReload(): Promise<ConfigReload>
  /** Who may do what, and by which line: all grants, or each word and thing for one. @throws NodeError nobody-found, ambiguous */
  access(request: AccessRequest): Promise<AccessRow[]>
  /**
   * Asks another node for its status, log, checks or configuration: JSON values, which are its word.
   * @throws NodeError nobody-found, ambiguous, unreachable, no-common-protocol, denied, unsupported …
   */
  manage(ask: ManageAsk, signal: AbortSignal): AsyncIterable<unknown>
  bookRename(from: string, to: string): Promise<BookEntry>
  bookRemove(name: string): Promise<void>
  /** Merges entries into the book (node/peers/import-book.ts); several calls may bring those of one file. */
  bookImport(entries: readonly BookEntry[]): Promise<BookImport>
  /**
   * Opens a code, which it tells first; then what becomes of it, until it is closed. When the signal aborts the code is
   * withdrawn. @throws NodeError bad-request for what cannot be granted, bad-name
   */
  pairOpen(request: PairOpenRequest, signal: AbortSignal): AsyncIterable<PairStep>
  /**
   * Proves a code to the peer that has it open: each is in the other's book afterwards. @throws NodeError nobody-found,
   * unreachable, no-code, refused, not-proved, busy, already-named
   */
  pair(request: PairRequest, signal: AbortSignal): Promise<PairView>
  /** Removes a peer and what the book grants it, and tells it, if it is reached within 5 s. @throws NodeError nobody-found */
  unpair(who: string, signal: AbortSignal): Promise<UnpairView>
  /** One answer for each series that matches; faults are answers. @throws NodeError nobody-found, unreachable, denied */
  ask(request: AskRequest, signal: AbortSignal): Promise<SeriesView[]>
  /** First the latest of everything that matches, then every change until the signal aborts. */
  watch(request: WatchRequest, signal: AbortSignal): AsyncIterable<SeriesView>
  /**
   * Readings of one series after the other in order of position, each once: what this node stores, and what it does not
   * have from the author and from peers that store it. Gaps that cannot be filled come as `lost`, and an author that was
   * not reached as `incomplete`. @throws NodeError nobody-found, no-such, unreachable where nothing is stored, denied
   */
  history(request: HistoryRequest, signal: AbortSignal): AsyncIterable<HistoryRow>
  ping(request: PingRequest, signal: AbortSignal): AsyncIterable<PingReply>
  /**
   * Commands an output of this node, or of another that grants it (docs/access.md), or returns the state of outputs, as
   * read back. @throws NodeError no-such, not-running, denied, late, locked, not-expected, busy, unreachable …
   */
  switch(request: SwitchRequest, signal?: AbortSignal): Promise<SwitchView[]>
  /** What was commanded of the outputs of this node, and what they did by themselves; the newest last. */
  switchLog(request: SwitchLogRequest): Promise<LoggedCommand[]>
  /** The rules of this node: what they wait for, and what they did. */
  rules(): Promise<RuleView[]>
  /** Each configured sensor by its latest readings; waits for the first ones. Nothing is read for it. */
  devicesTest(request: DevicesTestRequest, signal: AbortSignal): Promise<TestedSensor[]>
  /** Scans the buses, which the node shares with its sensors; the chips of configured sensors are left alone. */
  devicesScan(request: DevicesScanRequest, signal: AbortSignal): Promise<DeviceScan>
  /**
   * Opens a stream to a peer. @throws NodeError nobody-found, ambiguous, unreachable, no-common-protocol, denied
   * @internal an application has Node.open
   */
  pipe(request: PipeRequest, signal: AbortSignal): Promise<PeerStream>
  /**
   * Serves protocols until the signal aborts: first says so, then names each stream that a peer opened, which accept
   * takes. @throws NodeError protocol-name, protocol-taken
   * @internal an application has Node.handle
   */
  serve(request: ServeRequest, signal: AbortSignal): AsyncIterable<ServeEvent>
  /** Takes a stream that serve named. @throws NodeError gone where it was taken, or ended meanwhile @internal */
  accept(request: AcceptRequest, signal: AbortSignal): Promise<PeerStream>
}

export interface PipeRequest {
  who: string
  /** ProtocolNames, the one preferred first: the first that both speak is used. */
  protocols: string[]
  /** Milliseconds for opening, 100 to 600000; 10000 unless given. */
  timeout?: number
}

export interface ServeRequest {
  protocols: string[]
  /** Who is answered: peers of the book (unless given), or those of the local network as well. */
  allow?: 'book' | 'near'
}

export type ServeEvent =
  /** The protocols are served now, by at most so many programs at a time. */
  { serving: string[]; programs: number } | IncomingStream

export interface IncomingStream {
  /** For accept. */
  id: string
  peer: string
  /** The book's name, else the one that the peer claims as it is shown. */
  who: string
  /** The name in the book; null for peers that are not in it. */
  name: string | null
  protocol: string
}

export interface AcceptRequest {
  id: string
}

/** A stream with a peer. Each side ends on its own; destroying `bytes` before resets the stream. */
export interface PeerStream {
  readonly peer: string
  readonly protocol: string
  readonly bytes: Duplex
}

export interface Status {
  peer: string
  name: string
  version: string
  /** 'linux' or 'simulated' */
  world: string
  home: string | null
  pid: number
  /** Seconds since start. */
  uptime: number
  /** Where others reach it: multiaddrs with the PeerId. */
  addresses: string[]
  purposes: string[]
  protocols: string[]
  sensors: SensorView[]
  peers: number
  memory: { rss: number; heapUsed: number; heapTotal: number }
  history: {
    state: 'ok' | 'read-only' | 'full' | 'failing' | 'memory'
    error?: string
    /** Only if a disk damaged something: files set aside, readings salvaged from them and not, packs and blocks lost. */
    damage?: { files: readonly string[]; salvaged: number; unsalvaged: number; lost: number }
    bytes: number
    bytesWritten: number
    readings: number
    file: string | null
  }
  time: { quality: 0 | 1 | 2; errorBound?: number; now: number }
  run: { epoch: number; boot: string }
  /** Counters by room and reason: gossip.accept, gossip.reject-signature …; monotonic, except query.sessions. */
  counters: Record<string, number>
  /** Absent where the node runs as its configuration file says, or as it said at the last reload. */
  config?: ConfigStatus
  /** Relays of the configuration. Absent where there are none. */
  relays?: RelayView[]
  /** Absent where none is joined. */
  dht?: DhtView
  /** Keys that two nodes use: ours, or of peers. Absent where there are none. */
  sharedKeys?: SharedKeyView[]
}

export interface DhtView {
  /** A server answers others. */
  mode: 'client' | 'server'
  /** Servers that it knows of. */
  servers: number
  bootstrap: { configured: number; connected: number }
}

export interface RelayView {
  peer: string
  who: string
  /** Whether this node can be reached over it now. */
  held: boolean
  /** Why not, once it was tried. */
  why?: string
}

export interface SharedKeyView {
  peer: string
  who: string
  addresses: string[]
}

export interface SensorView {
  name: string
  type: string
  /** `0x76 on i2c-1`, `GPIO17`, a path: where it is. */
  place: string
  /** Seconds. */
  interval: number
  state: 'value' | 'fault' | 'stale' | 'waiting'
  series: SeriesView[]
}

export interface PeerView {
  peer: string
  /** The book's name, else the one in the peer's catalogue, else null. */
  name: string | null
  /** Whether the name is the book's. */
  inBook: boolean
  purposes: string[]
  protocols: string[]
  /**
   * `hops` of kind `via`: the PeerIds between this node and the peer, in order, as neighbours say. A peer with such a
   * path and without a connection is one that only others see.
   */
  path: {
    kind: 'direct' | 'via' | 'relay' | 'none'
    text: string
    address?: string
    via?: string
    hops?: string[]
  }
  /** Milliseconds, smoothed; null before the first. */
  rtt: number | null
  /** Seconds ago; 0 while connected; null for one never seen. Of kind `via`, since a neighbour told of it. */
  seen: number | null
  connected: boolean
}

export interface ForgottenAddresses {
  peer: string
  who: string
  /** Multiaddrs that were removed. */
  addresses: string[]
}

export interface BookEntry {
  name: string
  peer: string
  purposes: string[]
  addresses: string[]
  /** Whether it is trusted as a source of time. */
  time: boolean
  /** Multiaddrs of the relays at which it may be reached; absent where there are none. */
  relays?: string[]
  /** What it may on this node: own, operate:heater; absent where nothing is granted. */
  may?: string[]
  /** Origin of the entry: a PeerId that was typed, an invite, a peer nearby, or one that was paired by a code. */
  added?: 'typed' | 'scanned' | 'met' | 'paired'
  note?: string
}

export type BookImport = ImportReport

export interface BookChange {
  /** Required, but for an invite that has one, and for a peer of the book. */
  name?: string
  /** PeerId, its unambiguous tail, a multiaddr ending in /p2p/…, or an invite `kith:1/…`. */
  who?: string
  purposes?: string[]
  addresses?: string[]
  relays?: string[]
  /** own, or read, operate, configure; for one thing operate:heater. In place of the rights of the entry; [] takes all away. */
  may?: string[]
  time?: boolean
  note?: string
}

export interface AskRequest {
  /** Names, purposes, PeerIds, tails, multiaddrs. */
  who: string
  /** A ProtocolName (/sensor/temp/v1), a series' tail (air/temperature), a device or a quantity; everything unless given. */
  what?: string
  by?: 'auto' | 'stream' | 'datagram'
  /** Milliseconds, 100 to 600000. */
  timeout?: number
}

export interface WatchRequest {
  /** Empty: everybody near. */
  who: string[]
  what?: string
}

export interface PingRequest {
  who: string
  /** 1 to 1000 */
  count?: number
  by?: 'auto' | 'stream' | 'datagram'
  /** Whether the first reply of each peer lists what was tried for a connection. */
  trace?: boolean
  timeout?: number
}

export interface PingReply {
  peer: string
  who: string
  n: number
  by: 'stream' | 'datagram'
  /** Milliseconds; absent where there was no answer. */
  rtt?: number
  error?: string
  path: string
  /** A line for each thing that was tried for a connection, the last of them about the one that is used. */
  tried?: string[]
}

export interface DevicesTestRequest {
  /** Milliseconds to wait for first readings, 100 to 600000; 5000 unless given. */
  timeout?: number
}

/** One configured sensor, read once. */
export interface TestedSensor {
  readonly name: string
  readonly type: string
  readonly place: string
  /** Milliseconds that it took; 0 for readings of a running node. */
  readonly took: number
  /** Seconds since a running node read it. */
  readonly age?: number
  readonly values: readonly TestedValue[]
  /** What to do, if nothing could be read. */
  readonly hint?: string
}

/** What one reading of one measure says. */
export interface TestedValue {
  /** `temperature`, `voltage.a0` */
  readonly series: string
  readonly state: 'plausible' | 'unusual' | 'fault'
  readonly value?: number | boolean
  /** As people see it: `21.48 °C`. */
  readonly shown?: string
  /** Why it is unusual, or a fault. */
  readonly why?: string
  readonly code?: string
}

export interface DevicesScanRequest {
  /** Unless any is named, that of the header and those of the configuration. */
  buses?: string[]
}

export interface DeviceScan {
  readonly findings: readonly Finding[]
  /** Buses that were not scanned, because nothing is configured on them. */
  readonly skipped: readonly string[]
}
