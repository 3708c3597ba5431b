/** A node for a namespace: options as JSON in its argument, operations called by messages of its parent. */
import { randomBytes } from 'node:crypto'
import { circuitRelayTransport } from '@libp2p/circuit-relay-v2'
import type { Transport } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { systemClock } from '../../../src/clock.ts'
import { parseConfig } from '../../../src/config/load.ts'
import { defined } from '../../../src/defined.ts'
import { describeError, NodeError } from '../../../src/error.ts'
import { LinuxDatagramSockets } from '../../../src/hal/linux/datagram-socket.ts'
import { defineSensor, simulatedWorld } from '../../../src/index.ts'
import { silentLog } from '../../../src/log.ts'
import type { HistoryRequest } from '../../../src/node/api/reading-rows.ts'
import { type Carrier, tcpCarrier } from '../../../src/node/network/create-network.ts'
import { startNode } from '../../../src/node/run-node.ts'
import type { Reading } from '../../../src/reading/reading.ts'
import { openSeal, publicKeyOf, verifySeal } from '../../../src/reading/signed/seal.ts'
import type { SealedReadings } from '../../../src/reading/signed/sealed.ts'
import { hurried } from '../hurried-clock.ts'
import { networkLimits } from '../memory-network.ts'
import { formatPosition } from '../readings.ts'
import { all } from '../scenario/house.ts'
import type { FarCall, FarNodeOptions, Heard, Kept, Tally } from './namespaces.ts'

const {
  config = {},
  relay,
  discovery = false,
  hurry = 5,
  home,
  clockOffset = 0,
  fill = 0
}: FarNodeOptions = JSON.parse(process.argv[2] ?? '{}')

if (clockOffset !== 0) {
  const right = Date.now
  Date.now = () => right() + clockOffset
}

function carrier(): Carrier {
  const direct = tcpCarrier(['/ip4/0.0.0.0/tcp/4001'], networkLimits, discovery)
  if (relay === undefined) return direct
  const circuit = circuitRelayTransport() as unknown as (components: unknown) => Transport
  return {
    transports: [...direct.transports, circuit],
    listen: [...direct.listen, `${relay}/p2p-circuit`],
    discovery: false
  }
}

let samples = 0
const thermometer = defineSensor({
  type: 'thermometer',
  measures: [{ quantity: 'temperature' }],
  minimumInterval: 100,
  // Another value each time, so that each is published.
  sample: () => 21 + (samples++ % 10) / 2
})
const devices = [thermometer]
const node = await startNode({
  ...defined({ home }),
  config: parseConfig(
    JSON.stringify({ sensors: [{ type: 'thermometer', name: 'air', interval: '1s' }], ...config }),
    devices
  ),
  // Its UDP and its network are real; what it waits for takes a fifth of the time, unless given.
  world: simulatedWorld({ clock: hurried(systemClock, hurry), datagrams: new LinuxDatagramSockets() }),
  log: silentLog,
  devices,
  carrier: carrier()
})

if (fill > 0) fillHistory(fill)

function fillHistory(count: number): void {
  const { storage, sensing } = node.assembled
  const run = { epoch: sensing.author().run.epoch - 1, boot: '00112233aabbccdd' }
  const begun = Date.now() / 1000 - count - 3600
  for (let from = 0; from < count; from += 1000)
    storage.history.appendOwn(
      Array.from({ length: Math.min(1000, count - from) }, (_, i): Reading => {
        const seq = from + i
        const fault = { code: 'no-acknowledge', text: randomBytes(48).toString('base64') }
        const fixed = { quality: 0, errorBound: 0.05, unit: 'Cel', interval: 1 } as const
        const time = { time: begun + seq, mono: seq * 1000 }
        return {
          series: `${node.peer}/air/temperature`,
          position: { ...run, seq },
          ...time,
          fault,
          ...fixed
        }
      })
    )
}

async function tally(request: HistoryRequest): Promise<Tally> {
  let readings = 0
  let isWhole = true
  const next = new Map<string, number>()
  for await (const row of node.operations.history(request, AbortSignal.timeout(60_000))) {
    if (!('position' in row)) {
      isWhole = false
      continue
    }
    const { boot, seq } = row.position
    isWhole &&= seq === (next.get(boot) ?? 0)
    next.set(boot, seq + 1)
    readings += 1
  }
  return { readings, isWhole }
}

function heard(): Heard {
  const { storage, peers } = node.assembled
  const latest = storage.hub.latest()
  return {
    readings: [...new Set(latest.map(({ sealed }) => sealed.author))],
    catalogues: peers.catalogues.all().map(({ author }) => author),
    newest: Object.fromEntries(latest.map(({ reading, sealed }) => [sealed.author, reading.position.seq]))
  }
}

async function readOf(asked: string, who: string): Promise<string[]> {
  const { queries } = node.assembled.clients
  const signal = AbortSignal.timeout(30_000)
  const asks = [
    queries.describe(asked, ['/sensor/meta/v1'], { who }, signal),
    queries.read(asked, ['/sensor/temp/v1'], { who }, signal)
  ]
  return await Promise.all(
    asks.map((ask) =>
      ask.then(
        () => 'answered',
        (error: unknown) => (error instanceof NodeError ? error.code : describeError(error))
      )
    )
  )
}

/** By author: the positions that the hub handed on. */
const delivered = new Map<string, { positions: Set<string>; repeated: number; isSealed: boolean }>()
node.assembled.storage.hub.subscribe({
  match: ({ device }) => device === 'air',
  onSealed({ sealed, fresh }) {
    const of = delivered.get(sealed.author) ?? { positions: new Set<string>(), repeated: 0, isSealed: true }
    delivered.set(sealed.author, of)
    for (const { position } of fresh) {
      const text = formatPosition(position)
      if (of.positions.has(text)) of.repeated++
      of.positions.add(text)
    }
    of.isSealed &&= isSealed(sealed)
  }
})

/** With nothing but the bytes and the PeerId. */
function isSealed({ kind, bytes, author }: SealedReadings): boolean {
  const opened = openSeal(kind, bytes)
  return opened.peer === author && verifySeal(opened, publicKeyOf(opened.kid))
}

function kept(author: string): Kept {
  const { history } = node.assembled.storage
  const of = delivered.get(author)
  const runs = history.series(author).flatMap((series) => history.held(series).map(({ ranges }) => ranges))
  return {
    count: runs.flat().reduce((sum, [from, to]) => sum + to - from + 1, 0),
    runs,
    delivered: of?.positions.size ?? 0,
    repeated: of?.repeated ?? 0,
    isSealed: of?.isSealed ?? false
  }
}

async function called({ operation, args }: FarCall): Promise<unknown> {
  const { operations, assembled } = node
  if (operation === 'dial') {
    await assembled.transports.network.dial(multiaddr(String(args[0])))
    return undefined
  }
  if (operation === 'heard') return heard()
  if (operation === 'kept')
    return Object.fromEntries([...delivered.keys()].map((author) => [author, kept(author)]))
  if (operation === 'readOf') return await readOf(String(args[0]), String(args[1]))
  if (operation === 'addressesOf') {
    const known = await assembled.transports.network.peerStore.get(peerIdFromString(String(args[0])))
    return known.addresses.map(({ multiaddr }) => multiaddr.toString())
  }
  if (operation === 'tally') return await tally(args[0] as HistoryRequest)
  const work = operations[operation] as (...args: unknown[]) => unknown
  const result = work.call(operations, ...args, AbortSignal.timeout(60_000))
  return operation === 'ping' || operation === 'history'
    ? await all(result as AsyncIterable<unknown>)
    : await result
}

process.on('message', (call: FarCall) => {
  called(call).then(
    (result) => process.send?.({ id: call.id, result }),
    (error: unknown) => process.send?.({ id: call.id, error: describeError(error) })
  )
})
process.on('disconnect', () => process.exit())
process.send?.({ peer: node.peer, addresses: node.addresses })
