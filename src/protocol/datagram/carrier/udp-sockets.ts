import { describeError, isNodeError } from '../../../error.ts'
import type {
  DatagramSocket,
  DatagramSockets,
  DatagramSource,
  IpFamily,
  SendResult
} from '../../../hal/datagram-socket.ts'
import type { Log } from '../../../log.ts'
import type { UdpPorts } from '../components.ts'
import { MIN_UDP_PORT } from '../constants.ts'

export interface UdpSocketsOptions {
  readonly sockets: DatagramSockets
  readonly receive: (packet: Buffer, from: DatagramSource) => void
  readonly log: Log
}

/** The node's UDP sockets, one for each address family. A node without any uses streams. */
export class UdpSockets implements UdpPorts {
  readonly #options: UdpSocketsOptions
  readonly #sockets = new Map<IpFamily, DatagramSocket>()

  constructor(options: UdpSocketsOptions) {
    this.#options = options
  }

  /**
   * Binds a family; a machine without it is no error.
   * @param port 0 lets the system choose
   * @param fixed the port is configured: failing to bind it is an error; else another port is tried, or none
   * @throws NodeError 'port-in-use', 'not-permitted', 'bind-failed' where the port is fixed
   */
  async bind(family: IpFamily, port: number, fixed: boolean): Promise<void> {
    const wanted = fixed || port >= MIN_UDP_PORT ? port : 0
    try {
      await this.#bind(family, wanted)
    } catch (error) {
      if (isNodeError(error, 'family-unsupported')) return
      if (fixed) throw error
      if (wanted === 0) this.#goWithout(family, error)
      else await this.#bindAnother(family, wanted)
    }
  }

  port(family: IpFamily): number {
    const port = this.#sockets.get(family)?.port ?? 0
    return port >= MIN_UDP_PORT ? port : 0
  }

  send(family: IpFamily, packet: Uint8Array, port: number, host: string): SendResult {
    return this.#sockets.get(family)?.send(packet, port, host) ?? 'dropped'
  }

  async close(): Promise<void> {
    const sockets = [...this.#sockets.values()]
    this.#sockets.clear()
    await Promise.all(sockets.map((socket) => socket.close()))
  }

  async #bindAnother(family: IpFamily, taken: number): Promise<void> {
    this.#options.log.warn('the UDP port is not free, datagrams use another one', { port: taken, family })
    await this.bind(family, 0, false)
  }

  #goWithout(family: IpFamily, error: unknown): void {
    this.#options.log.warn('no UDP, streams carry the datagrams', { family, error: describeError(error) })
  }

  async #bind(family: IpFamily, port: number): Promise<void> {
    const { sockets, receive, log } = this.#options
    const socket = await sockets.bind({
      family,
      port,
      onMessage: receive,
      onError: (error) => {
        this.#sockets.delete(family)
        log.error('UDP failed, streams carry the datagrams', { family, error: error.message })
      }
    })
    this.#sockets.set(family, socket)
  }
}
