import type { Connection } from '@libp2p/interface'
import { type Cancel, type Clock, every, withDeadline } from '../../clock.ts'
import { isDirect } from '../../direct.ts'
import { streamRoundTrip } from '../../protocol/ping/index.ts'

export interface ConnectionMonitorInit {
  readonly clock: Clock
  /** Milliseconds between the pings of a connection. */
  readonly interval: number
  /** Milliseconds in which a ping must be answered. */
  readonly timeout: number
}

export interface ConnectionMonitorComponents {
  readonly connectionManager: { getConnections(): Connection[] }
}

/**
 * Pings each direct connection, keeps its round trip, and aborts one that does not answer. libp2p's own monitor pings
 * circuits as well, about 1 KB a ping through every hop (docs/network.md trap 23).
 */
export class ConnectionMonitor {
  readonly #init: ConnectionMonitorInit
  readonly #components: ConnectionMonitorComponents
  /** Connections whose ping is not answered yet. */
  readonly #waiting = new Set<Connection>()
  #stopping = new AbortController()
  #cancel: Cancel = () => {}

  constructor(init: ConnectionMonitorInit, components: ConnectionMonitorComponents) {
    this.#init = init
    this.#components = components
  }

  start(): void {
    this.#stopping = new AbortController()
    this.#cancel = every(this.#init.clock, this.#init.interval, () => {
      for (const connection of this.#components.connectionManager.getConnections()) {
        if (isDirect(connection) && connection.status === 'open') this.#check(connection)
      }
    })
  }

  stop(): void {
    this.#cancel()
    this.#stopping.abort(new Error('the node stops'))
  }

  #check(connection: Connection): void {
    if (this.#waiting.has(connection)) return
    this.#waiting.add(connection)
    this.#ping(connection)
      .catch((error: Error) => {
        if (!this.#stopping.signal.aborted) connection.abort(error)
      })
      .finally(() => this.#waiting.delete(connection))
  }

  /** @throws where it is not answered */
  async #ping(connection: Connection): Promise<void> {
    const { clock, timeout } = this.#init
    const began = clock.monotonic()
    try {
      connection.rtt = await withDeadline(
        clock,
        timeout,
        `pinging ${connection.remotePeer}`,
        (signal) => streamRoundTrip(connection, clock, signal),
        this.#stopping.signal
      )
    } catch (error) {
      // A peer without this protocol has answered as well: two round trips of multistream-select.
      if ((error as Error).name !== 'UnsupportedProtocolError') throw error
      connection.rtt = (clock.monotonic() - began) / 2
    }
  }
}
