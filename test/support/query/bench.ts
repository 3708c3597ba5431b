import type { Connection } from '@libp2p/interface'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import type { ClockStatus } from '../../../src/hal/time-source.ts'
import { silentLog } from '../../../src/log.ts'
import type { Caller } from '../../../src/peer/admission.ts'
import { FrameSplitter, prefixed } from '../../../src/protocol/frame-splitter.ts'
import { ProtocolRegistry, sensorProtocols } from '../../../src/protocol/protocol-registry.ts'
import { createAnswerVerifier } from '../../../src/protocol/query/client/answer-verifier.ts'
import { decodeAnswer } from '../../../src/protocol/query/codec/answer.ts'
import type { QueryAnswer, QueryRequest } from '../../../src/protocol/query/codec/frame.ts'
import { encodeRequest } from '../../../src/protocol/query/codec/request.ts'
import {
  type QueryClient,
  type QueryServer,
  type QueryServerComponents,
  queryClient,
  queryServer
} from '../../../src/protocol/query/index.ts'
import type { QueryLimits } from '../../../src/protocol/query/limits.ts'
import type {
  FreshReadings,
  HistorySource,
  LatestReading,
  LatestSource
} from '../../../src/protocol/query/server/queryables.ts'
import type { Reading } from '../../../src/reading/reading.ts'
import { parseSeries, type SeriesParts } from '../../../src/reading/series.ts'
import { encodeCatalogue } from '../../../src/reading/signed/catalogue-write.ts'
import { seal } from '../../../src/reading/signed/seal.ts'
import { SealVerifier } from '../../../src/reading/signed/seal-verify.ts'
import type { SealedReadings } from '../../../src/reading/signed/sealed.ts'
import { topic, us } from '../history.ts'
import { allQuantities, metaOf, readingOf, testSigner } from '../readings.ts'
import { type PairedStream, streamPair } from '../stream-pair.ts'

export const registry = new ProtocolRegistry(sensorProtocols, allQuantities)
/** PeerId of the asked node, and of the one who asks. */
export const asked = us.peer
export const requester = testSigner(9).peer

export const queryLimits: QueryLimits = {
  streamsPerPeer: 4,
  requestsPerStream: 32,
  observationsPerPeer: 80,
  requestBytes: 512,
  answerBytes: 17_408,
  sessions: 64,
  links: 8,
  idle: 120_000,
  write: 10_000,
  deadline: 5_000,
  rate: 1000,
  burst: 1000,
  peers: 64,
  observedSeries: 16,
  packs: 64,
  remembered: 32_768,
  historyItems: 16,
  historyBytes: 262_144
}

/** A pack of one reading of a device of ours. */
export function packOf(seq: number, device = 'hall', sealer = us): SealedReadings {
  return sealer.pack(topic, [reading(seq, device, sealer.peer)])
}

export function reading(seq: number, device = 'hall', peer = asked): Reading {
  const position = { epoch: 1_790_000_000, boot: '0011223344556677', seq }
  return readingOf(peer, { series: `${peer}/${device}/temperature`, position })
}

/** The latest of each series and those who wait for news: as much of a hub as requests need. */
export class BenchHub implements LatestSource {
  readonly #latest = new Map<string, LatestReading>()
  readonly subscribers = new Set<Parameters<LatestSource['subscribe']>[0]>()

  latest(match: (series: SeriesParts) => boolean): LatestReading[] {
    return [...this.#latest.values()].filter(({ reading }) => match(partsOf(reading)))
  }

  subscribe(subscriber: Parameters<LatestSource['subscribe']>[0]): () => void {
    this.subscribers.add(subscriber)
    return () => this.subscribers.delete(subscriber)
  }

  add(sealed: SealedReadings): void {
    for (const reading of sealed.readings) this.#latest.set(reading.series, { reading, sealed })
    const event: FreshReadings = { sealed, fresh: sealed.readings }
    for (const { match, onSealed } of this.subscribers) {
      if (sealed.readings.some((reading) => match(partsOf(reading)))) onSealed(event)
    }
  }
}

export const noHistory: HistorySource = { items: () => ({ items: [], next: undefined }), series: () => [] }

export interface QueryBench {
  readonly clock: VirtualClock
  readonly hub: BenchHub
  readonly server: QueryServer
  readonly client: QueryClient
  /** Every stream that was opened, the asking end first. */
  readonly streams: [PairedStream, PairedStream][]
  /** Opens a stream to the server with nobody at the asking end. */
  open(protocol?: string, caller?: Caller): PairedStream
  belief: ClockStatus
}

export interface BenchChanges extends Partial<QueryServerComponents> {
  readonly limits?: QueryLimits
  readonly spoken?: readonly string[]
}

/** A node that answers and one that asks, in virtual time, joined by streams in memory. */
export function queryBench(changes: BenchChanges = {}): QueryBench {
  const clock = new VirtualClock()
  const hub = new BenchHub()
  const streams: [PairedStream, PairedStream][] = []
  const { spoken = registry.ids(), limits = queryLimits, ...components } = changes
  const callers = new WeakMap<object, Caller>()
  const bench = { belief: { quality: 0, errorBound: 0.001, offset: 0 } as ClockStatus }
  const server = queryServer({ limits })({
    network: { handle: async () => {}, unhandle: async () => {} },
    datagrams: undefined,
    self: asked,
    clock,
    registry,
    latest: hub,
    history: noHistory,
    catalogues: {
      sealed: (author) => (author === asked ? sealedMeta() : undefined),
      series: (author) => (author === asked ? [`${asked}/hall/temperature`] : [])
    },
    admission: { answers: () => true },
    mayRead: () => true,
    reseal: (sealed, readings) => us.pack(sealed.topic, readings),
    onAccessChange: () => () => {},
    clockStatus: () => bench.belief,
    log: silentLog,
    callerOf: (connection) => callers.get(connection) ?? { peer: requester, host: undefined, direct: true },
    ...components
  })
  const open = (protocol = topic, caller?: Caller): PairedStream => {
    const pair = streamPair(protocol)
    const connection = {} as Connection
    if (caller !== undefined) callers.set(connection, caller)
    streams.push(pair)
    server.handle(pair[1], connection)
    return pair[0]
  }
  const client = queryClient({ limits })({
    clock,
    verifier: createAnswerVerifier(registry, new SealVerifier(), queryLimits.remembered),
    async openStream(_peer, protocols) {
      const common = protocols.find((protocol) => spoken.includes(protocol))
      if (common === undefined) throw new Error('no protocol in common')
      return { stream: open(common) }
    }
  })
  return Object.assign(bench, { clock, hub, server, client, streams, open })
}

export function sealedMeta(signer = testSigner(1)): Uint8Array {
  return seal('meta', encodeCatalogue(metaOf(signer.peer)), signer)
}

/** The next event of an observation, letting time pass as needed. */
export async function nextOf<T>(bench: QueryBench, events: AsyncIterator<T>): Promise<T> {
  const { value, done } = await bench.clock.run(events.next())
  if (done === true) throw new Error('the events ended')
  return value
}

/** A few turns of the event loop: what is on its way arrives. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve))
}

function partsOf({ series }: Reading): SeriesParts {
  const parts = parseSeries(series)
  if (parts === undefined) throw new Error(`${series} is no series`)
  return parts
}

/** Somebody who speaks frames by hand. */
export class RawAsker {
  readonly stream: PairedStream
  readonly answers: QueryAnswer[] = []
  closed = false

  constructor(stream: PairedStream) {
    this.stream = stream
    const splitter = new FrameSplitter(17_408)
    stream.addEventListener('message', (event) => {
      splitter.push(event.data.subarray(), (frame) => this.answers.push(decodeAnswer(frame, 17_408)))
    })
    stream.addEventListener('close', () => {
      this.closed = true
    })
  }

  send(...requests: QueryRequest[]): void {
    this.stream.send(Buffer.concat(requests.map((request) => prefixed(encodeRequest(request)))))
  }

  /** Sends, waits for what comes back, and gives it out. */
  async ask(...requests: QueryRequest[]): Promise<QueryAnswer[]> {
    this.send(...requests)
    return await this.heard()
  }

  async heard(): Promise<QueryAnswer[]> {
    await settle()
    return this.answers.splice(0)
  }
}
