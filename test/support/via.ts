import type { Connection, Stream } from '@libp2p/interface'
import type { Test } from 'tap'
import { type Clock, systemClock } from '../../src/clock.ts'
import { defaultsOf } from '../../src/limits.ts'
import type { Network } from '../../src/node/network/create-network.ts'
import { type Via, type ViaInit, via } from '../../src/protocol/via/index.ts'
import { circuitsOf, type ViaLimits, viaLimits } from '../../src/protocol/via/limits.ts'
import { memoryNetwork } from './memory-network.ts'

const declared = defaultsOf(viaLimits)
export const limits: ViaLimits = { ...declared, circuits: circuitsOf(declared.circuits, 'x64') }

export interface ViaNode {
  readonly network: Network
  readonly via: Via
  readonly peer: string
}

export interface ViaPlan extends Partial<Omit<ViaInit, 'limits'>> {
  readonly limits?: Partial<ViaLimits>
  readonly clock?: Clock
}

/** A bare network with circuits; everybody is served and accepted unless the plan says otherwise. */
export async function viaNode(t: Test, plan: ViaPlan = {}): Promise<ViaNode> {
  const network = await memoryNetwork()
  const service = via({
    isOffered: true,
    serves: () => true,
    accepts: () => true,
    inBook: () => true,
    ...plan,
    limits: { ...limits, ...plan.limits }
  })({ network, upgrader: network.services.components.upgrader, clock: plan.clock ?? systemClock })
  await service.start()
  t.teardown(async () => {
    await service.stop()
    await network.stop()
  })
  return { network, via: service, peer: network.peerId.toString() }
}

/** So many nodes, each connected directly with the one before it. @param plans of single ones, by their index */
export async function chain(
  t: Test,
  length: number,
  plans: { readonly [index: number]: ViaPlan } = {}
): Promise<ViaNode[]> {
  const nodes: ViaNode[] = []
  for (let i = 0; i < length; i++) nodes.push(await viaNode(t, plans[i]))
  for (const [i, node] of nodes.entries()) {
    const next = nodes[i + 1]
    if (next !== undefined) await node.network.dial(next.network.getMultiaddrs())
  }
  return nodes
}

/** The PeerIds between the first and the last. */
export function hopsOf(nodes: readonly ViaNode[]): string[] {
  return nodes.slice(1, -1).map(({ peer }) => peer)
}

/** A circuit from the first node of a chain to the last. */
export async function across(
  nodes: readonly ViaNode[],
  signal = new AbortController().signal
): Promise<Connection> {
  return await end(nodes, 0).via.openVia(hopsOf(nodes), end(nodes, nodes.length - 1).peer, signal)
}

export function end(nodes: readonly ViaNode[], index: number): ViaNode {
  const node = nodes[index]
  if (node === undefined) throw new Error(`there is no node ${index}`)
  return node
}

export const ECHO = '/test/echo/v1'

/** Answers each stream with what came on it. */
export async function echo({ network }: Pick<ViaNode, 'network'>): Promise<void> {
  await network.handle(
    ECHO,
    (stream) => {
      stream.addEventListener('message', ({ data }) => {
        stream.send(data)
      })
      stream.addEventListener('remoteCloseWrite', () => {
        stream.close().catch(() => {})
      })
    },
    { runOnLimitedConnection: true }
  )
}

/** What comes back for these bytes. */
export async function echoed(connection: Connection, bytes: Uint8Array): Promise<Uint8Array> {
  const stream = await connection.newStream(ECHO, { runOnLimitedConnection: true })
  const back = received(stream, bytes.length)
  stream.send(bytes)
  const result = await back
  await stream.close()
  return result
}

/** The first bytes that come on a stream. */
export function received(stream: Stream, length: number): Promise<Uint8Array> {
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>()
  const parts: Uint8Array[] = []
  let came = 0
  stream.addEventListener('message', ({ data }) => {
    parts.push(data.subarray())
    came += data.byteLength
    if (came >= length) resolve(Buffer.concat(parts))
  })
  stream.addEventListener('close', ({ error }) => reject(error ?? new Error('closed')))
  return promise
}
