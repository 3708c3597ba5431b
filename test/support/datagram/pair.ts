import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import type { DatagramFlow } from '../../../src/protocol/datagram/flow.ts'
import type { Passage, Weather } from './lossy-network.ts'
import { DatagramWorld, type NodeOptions, type TestNode, type Wire } from './world.ts'

export const PROTOCOL = '/voice/pcm/v1'

export interface PairOptions {
  readonly wire?: Partial<Wire>
  readonly weather?: Weather
  readonly a?: NodeOptions
  readonly b?: NodeOptions
  readonly seed?: number
}

/** Two nodes with one flow between: a opened it, b answers nothing by itself. */
export interface Pair {
  readonly clock: VirtualClock
  readonly world: DatagramWorld
  readonly a: TestNode
  readonly b: TestNode
  /** a's end and b's end of the flow. */
  readonly near: DatagramFlow
  readonly far: DatagramFlow
  /** What each side received, as text. */
  readonly atA: string[]
  readonly atB: string[]
}

export const bytes = (text: string): Buffer => Buffer.from(text)

export async function pair(options: PairOptions = {}): Promise<Pair> {
  const clock = new VirtualClock()
  const world = new DatagramWorld(clock, options.seed ?? 1, options.weather)
  Object.assign(world.wire, options.wire)
  const a = await world.node('a', options.a)
  const b = await world.node('b', options.b)
  const atA: string[] = []
  const atB: string[] = []
  const opened = Promise.withResolvers<DatagramFlow>()
  b.datagrams.handle(PROTOCOL, (flow) => {
    opened.resolve(flow)
    return (datagram) => atB.push(Buffer.from(datagram).toString())
  })
  const receive = (datagram: Uint8Array): number => atA.push(Buffer.from(datagram).toString())
  const near = await clock.run(a.datagrams.open('b', [PROTOCOL], { receive }))
  return { clock, world, a, b, near, far: await opened.promise, atA, atB }
}

/** The same with UDP proven in both directions, and nothing received yet. */
export async function udpPair(options: PairOptions = {}): Promise<Pair> {
  const made = await pair(options)
  for (const datagram of ['first', 'second']) {
    made.near.send(bytes(datagram))
    made.far.send(bytes(datagram))
  }
  await made.clock.advance(500)
  made.near.send(bytes('third'))
  await made.clock.advance(500)
  if (made.near.carrier !== 'udp' || made.far.carrier !== 'udp') throw new Error('UDP was not proven')
  made.atA.length = 0
  made.atB.length = 0
  made.world.passages.length = 0
  return made
}

/** The last UDP datagram from one host to another; a copy. */
export function lastPassage({ world }: Pair, from: string, to: string): Passage {
  const found = world.passages.findLast((passage) => passage.from === from && passage.to === to)
  if (found === undefined) throw new Error(`nothing went from ${from} to ${to}`)
  return { ...found, bytes: Buffer.from(found.bytes) }
}

export async function stop({ a, b }: Pair): Promise<void> {
  await a.datagrams.stop()
  await b.datagrams.stop()
}
