import type { Clock } from '../../clock.ts'
import type { IpFamily, SendResult } from '../../hal/datagram-socket.ts'
import type { Counters } from './counters.ts'
import type { DatagramFlow, Flow, Receive } from './flow.ts'
import type { DatagramLimits } from './limits.ts'
import type { ConnectionIds } from './packet/connection-ids.ts'
import type { UnvalidatedBudget } from './path/unvalidated-budget.ts'

/** The node's UDP as sessions see it. */
export interface UdpPorts {
  /** Our port of that family; 0 where there is none. */
  port(family: IpFamily): number
  send(family: IpFamily, packet: Uint8Array, port: number, host: string): SendResult
}

/** What all sessions of a node share. */
export interface SessionComponents {
  readonly clock: Clock
  /** Unpredictable bytes, for keys and tokens. */
  readonly random: (bytes: number) => Uint8Array
  readonly limits: DatagramLimits
  readonly counters: Counters
  readonly ids: ConnectionIds
  readonly budget: UnvalidatedBudget
  readonly udp: UdpPorts
  /** Our own PeerId's multihash. */
  readonly self: Uint8Array
  /** Peers of the book take the places of strangers. */
  readonly inBook: (peer: string) => boolean
  /** The handler of flows of that name. */
  readonly handler: (protocol: string) => Accept | undefined
  /** The flow of this key that the peer opened, if it waits for a session. */
  readonly resume: (peer: string, key: string) => Flow | undefined
  /** Called with what a receiver or listener threw. */
  readonly onError: (error: unknown, protocol: string) => void
}

/** Decides about a flow that a peer opens. @returns what receives its datagrams; undefined refuses it */
export type Accept = (flow: DatagramFlow) => Receive | undefined
