/** Two processes on loopback, in each a whole node and a bare libp2p; connected, with streams still to open. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { multiaddr } from '@multiformats/multiaddr'
import { systemClock, withDeadline } from '../../src/clock.ts'
import type { RunningNode } from '../../src/node/run-node.ts'
import { DEVICE } from '../frame/made-up-packs.ts'
import { BARE_TOPIC, type BareNetwork, bareNetwork } from './bare-network.ts'
import { loopbackNode } from './loopback-node.ts'
import {
  type Introduction,
  now,
  type Order,
  type Published,
  STEP,
  type ToParent,
  type ToPeer
} from './pair-messages.ts'
import { DEADLINE } from './processes.ts'

export interface Delivered extends Published {
  /** When it was delivered here, verified. */
  readonly came: number
}

export class Pair {
  readonly node: RunningNode
  readonly bare: BareNetwork
  readonly other: Introduction
  readonly #child: ChildProcess
  /** Aborts when the other process ends. */
  readonly #ended: AbortSignal

  private constructor(node: RunningNode, bare: BareNetwork, other: Introduction, child: ChildProcess) {
    this.node = node
    this.bare = bare
    this.other = other
    this.#child = child
    const controller = new AbortController()
    this.#ended = controller.signal
    child.once('exit', () => controller.abort(new Error('the other process ended')))
  }

  static async start(): Promise<Pair> {
    const child = fork(new URL('peer.ts', import.meta.url))
    try {
      return await Pair.#join(child)
    } catch (error) {
      if (child.connected) child.disconnect()
      throw error
    }
  }

  static async #join(child: ChildProcess): Promise<Pair> {
    const message = await withDeadline(systemClock, DEADLINE, 'the other process', () => nextMessage(child))
    if (!('introduction' in message)) throw new Error('it does not introduce itself')
    const { kith, bare } = message.introduction
    const pair = new Pair(await loopbackNode('asking'), await bareNetwork(), message.introduction, child)
    pair.node.assembled.peers.autoDialer.remember(kith.peer, [...kith.addresses])
    await pair.bare.dial(bare.addresses.map((address) => multiaddr(address)))
    return pair
  }

  async stop(): Promise<void> {
    await Promise.all([this.node.stop(), this.bare.stop()])
    if (this.#child.connected) this.#child.disconnect()
  }

  /** Has the other process publish messages, and returns when each was delivered here. @throws NodeError 'deadline' */
  async deliver(order: Order): Promise<Delivered[]> {
    const came: number[] = []
    const { promise: all, resolve } = Promise.withResolvers<void>()
    const cancel = this.#listen(order.by, () => {
      came.push(now())
      if (came.length % STEP === 0) this.#send({ took: STEP })
      if (came.length === order.count) resolve()
    })
    try {
      const work = async (): Promise<Published[]> => {
        const answer = nextMessage(this.#child)
        this.#send({ order })
        const message = await answer
        if (!('published' in message)) throw new Error('it does not say what it published')
        await all
        return [...message.published]
      }
      const ms = DEADLINE + order.count * (order.spacing + 5)
      const published = await withDeadline(systemClock, ms, 'the messages', work, this.#ended)
      return published.map((one, index) => ({ ...one, came: came[index] ?? Number.NaN }))
    } finally {
      cancel()
    }
  }

  /** One call for each message: gossip over one connection keeps the order. */
  #listen(by: Order['by'], arrived: () => void): () => void {
    if (by === 'kith') {
      const { hub } = this.node.assembled.storage
      return hub.subscribe({ match: ({ device }) => device === DEVICE, onSealed: arrived })
    }
    const { pubsub } = this.bare.services
    const listener = (): void => arrived()
    pubsub.subscribe(BARE_TOPIC)
    pubsub.addEventListener('gossipsub:message', listener)
    return () => pubsub.removeEventListener('gossipsub:message', listener)
  }

  #send(message: ToPeer): void {
    this.#child.send(message)
  }
}

/** Runs the work with a pair, then stops the pair. */
export async function withPair<T>(work: (pair: Pair) => Promise<T>): Promise<T> {
  const pair = await Pair.start()
  try {
    return await work(pair)
  } finally {
    await pair.stop()
  }
}

async function nextMessage(child: ChildProcess): Promise<ToParent> {
  const [message] = (await once(child, 'message')) as [ToParent]
  return message
}
