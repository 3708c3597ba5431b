import { createSocket, type Socket } from 'node:dgram'
import { defined } from '../../defined.ts'
import { NodeError } from '../../error.ts'
import type {
  BindOptions,
  DatagramSocket,
  DatagramSockets,
  IpFamily,
  SendResult
} from '../datagram-socket.ts'

/** UDP over node:dgram. */
export class LinuxDatagramSockets implements DatagramSockets {
  async bind(options: BindOptions): Promise<DatagramSocket> {
    const socket = createSocket({
      type: options.family === 4 ? 'udp4' : 'udp6',
      ipv6Only: options.family === 6,
      // Addresses are always literals: answering directly avoids node's nextTick and dns.lookup.
      lookup: (host, _options, answer) => answer(null, host, options.family)
    })
    await bound(socket, options)
    socket.on('message', options.onMessage)
    socket.on('error', (error) => {
      socket.close()
      options.onError(error)
    })
    return new LinuxDatagramSocket(socket, options.family)
  }
}

class LinuxDatagramSocket implements DatagramSocket {
  readonly family: IpFamily
  readonly port: number
  readonly #socket: Socket
  #closed: Promise<void>
  #open = true
  #waiting = false

  constructor(socket: Socket, family: IpFamily) {
    this.#socket = socket
    this.family = family
    this.port = socket.address().port
    this.#closed = new Promise((resolve) => {
      socket.once('close', () => {
        this.#open = false
        resolve()
      })
    })
  }

  send(bytes: Uint8Array, port: number, address: string): SendResult {
    // node:dgram throws for it, and a peer chooses the port that it is answered to.
    if (port === 0) return 'dropped'
    // libuv sends immediately, and queues by reference only when the system's buffer is full.
    if (!this.#open || (this.#waiting && this.#socket.getSendQueueCount() > 0)) return 'dropped'
    this.#socket.send(bytes, port, address)
    this.#waiting = this.#socket.getSendQueueCount() > 0
    return this.#waiting ? 'waiting' : 'sent'
  }

  async close(): Promise<void> {
    if (this.#open) {
      this.#open = false
      this.#socket.close()
    }
    await this.#closed
  }
}

function bound(socket: Socket, { port, host, family }: BindOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', failed)
    socket.bind({ port, ...defined({ address: host }) }, () => {
      socket.off('error', failed)
      resolve()
    })
    function failed(error: NodeJS.ErrnoException): void {
      socket.close()
      reject(bindError(error, `UDP port ${port} (IPv${family})`))
    }
  })
}

function bindError(error: NodeJS.ErrnoException, place: string): NodeError {
  switch (error.code) {
    case 'EADDRINUSE':
      return new NodeError('port-in-use', `${place} is taken by another program`, {
        hint: 'choose another port, or 0 to let the system choose',
        cause: error
      })
    case 'EAFNOSUPPORT':
    case 'EADDRNOTAVAIL':
      return new NodeError('family-unsupported', `${place}: this machine has no such address`, {
        cause: error
      })
    case 'EACCES':
    case 'EPERM':
      return new NodeError('not-permitted', `${place} may not be bound by this user`, {
        hint: 'choose a port of 1024 or more',
        cause: error
      })
    default:
      return new NodeError('bind-failed', `${place}: ${error.message}`, { cause: error })
  }
}
