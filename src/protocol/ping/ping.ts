import type { Startable } from '../../startable.ts'
import type { Datagrams } from '../datagram/datagrams.ts'
import type { DatagramFlow } from '../datagram/flow.ts'
import { MAX_PING_BYTES, PING_PROTOCOL } from './constants.ts'

export interface PingInit {
  /** Whether the peer of a flow is answered; its flow is refused otherwise. */
  readonly answers: (flow: DatagramFlow) => boolean
}

export interface PingComponents {
  readonly datagrams: Pick<Datagrams, 'handle' | 'unhandle'>
}

/** Sends pings back unchanged: the opener of a flow sends 1 to 64 bytes, of which nothing is read. */
export class PingService implements Startable {
  readonly name = 'ping'
  readonly #components: PingComponents
  readonly #init: PingInit

  constructor(components: PingComponents, init: PingInit) {
    this.#components = components
    this.#init = init
  }

  start(): void {
    this.#components.datagrams.handle(PING_PROTOCOL, (flow) =>
      this.#init.answers(flow)
        ? (bytes) => bytes.length > 0 && bytes.length <= MAX_PING_BYTES && flow.send(bytes)
        : undefined
    )
  }

  stop(): void {
    this.#components.datagrams.unhandle(PING_PROTOCOL)
  }
}
