import { RPC } from '@libp2p/gossipsub/message'
import type { Connection, Stream } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import type { Network } from '../../../src/node/network/create-network.ts'
import { FrameSplitter, prefixed } from '../../../src/protocol/frame-splitter.ts'
import { gossipOptions } from '../../../src/protocol/gossip/options.ts'
import { ProtocolRegistry, sensorProtocols } from '../../../src/protocol/protocol-registry.ts'
import { decodeAnswer } from '../../../src/protocol/query/codec/answer.ts'
import type { QueryAnswer, QueryRequest } from '../../../src/protocol/query/codec/frame.ts'
import { encodeRequest } from '../../../src/protocol/query/codec/request.ts'
import { memoryNetwork } from '../memory-network.ts'
import { allQuantities } from '../readings.ts'
import type { HouseNode } from './house.ts'

interface Inside {
  readonly streamsOutbound: ReadonlyMap<string, { push(bytes: Uint8Array): void }>
}

const ANSWER_BYTES = 17_408

/** Somebody with a libp2p of ours who does what no node of ours does. */
export class Stranger {
  readonly network: Network

  private constructor(network: Network) {
    this.network = network
  }

  static async start(): Promise<Stranger> {
    const topics = new ProtocolRegistry(sensorProtocols, allQuantities).ids()
    return new Stranger(await memoryNetwork(gossipOptions(topics, { maxInboundDataLength: 1_048_576 })))
  }

  get peer(): string {
    return this.network.peerId.toString()
  }

  async dial(node: HouseNode): Promise<Connection> {
    return await this.network.dial(node.running.addresses.map((address) => multiaddr(address)))
  }

  /** Whether messages can be sent to a node. */
  reaches(node: HouseNode): boolean {
    return (this.network.services.pubsub as unknown as Inside).streamsOutbound.has(node.peer)
  }

  /** Sends one RPC with these messages past all of gossipsub's own care. */
  publish(node: HouseNode, topic: string, messages: readonly Uint8Array[]): void {
    this.send(node, { subscriptions: [], messages: messages.map((data) => ({ topic, data })) })
  }

  /** Sends one RPC past all of gossipsub's own care. */
  send(node: HouseNode, rpc: RPC): void {
    const { streamsOutbound } = this.network.services.pubsub as unknown as Inside
    streamsOutbound.get(node.peer)?.push(RPC.encode(rpc))
  }

  async stop(): Promise<void> {
    await this.network.stop()
  }
}

/** One stream of questions, asked by hand. */
export class HandAsker {
  readonly stream: Stream
  readonly answers: QueryAnswer[] = []
  isReset = false

  constructor(stream: Stream) {
    this.stream = stream
    const splitter = new FrameSplitter(ANSWER_BYTES)
    stream.addEventListener('message', ({ data }) => {
      splitter.push(data.subarray(), (frame) => this.answers.push(decodeAnswer(frame, ANSWER_BYTES)))
    })
    stream.addEventListener('close', ({ error }) => {
      this.isReset = error !== undefined
    })
  }

  ask(request: QueryRequest): void {
    this.stream.send(prefixed(encodeRequest(request)))
  }
}
