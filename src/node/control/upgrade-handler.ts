import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { describeError, NodeError } from '../../error.ts'
import type { Log } from '../../log.ts'
import { errorView, httpStatus } from '../api/error-view.ts'
import type { Operations, PeerStream } from '../api/operations.ts'
import { jsonLine } from '../log/sanitize.ts'
import { STATUS_CODES } from './builtin-http.ts'
import { FramedDuplex } from './framed-duplex.ts'
import { joinStreams } from './join-streams.ts'
import type { ControlLimits } from './limits.ts'
import { routeOf, type UpgradeCall } from './requests.ts'
import { PEER_HEADER, PROTOCOL_HEADER, UPGRADE } from './routes.ts'

export interface UpgradeInit {
  readonly operations: Operations
  /** @throws NodeError where the request may not call the operation */
  readonly policy: (operation: keyof Operations, request: IncomingMessage) => void | Promise<void>
  readonly log: Log
  readonly limits: Pick<ControlLimits, 'streams'>
}

/** The requests that become bytes both ways: pipe and accept (routes.ts). */
export class UpgradeHandler {
  readonly #init: UpgradeInit
  readonly #open = new Set<AbortController>()

  constructor(init: UpgradeInit) {
    this.#init = init
  }

  stop(reason: NodeError): void {
    for (const controller of [...this.#open]) controller.abort(reason)
  }

  /** Never rejects: a failure before the upgrade is an answer, later it cuts both sides off. */
  async handle(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const controller = new AbortController()
    const gone = (): void => controller.abort(new NodeError('gone', 'the client hung up'))
    socket.on('error', gone)
    socket.once('close', gone)
    try {
      const { operation, call } = upgradeOf(request)
      this.#admit(controller)
      await this.#init.policy(operation, request)
      const query = new URL(request.url ?? '/', 'http://kith').searchParams
      const opened = await call.upgrade(this.#init.operations, query, controller.signal)
      // From here on the frames say how the socket ended: it may close while their last bytes wait for the peer.
      socket.off('close', gone)
      await carry(opened, socket, head, controller.signal)
    } catch (error) {
      refuse(socket, error)
      this.#report(error)
    } finally {
      this.#open.delete(controller)
    }
  }

  /** @throws NodeError 'busy' */
  #admit(controller: AbortController): void {
    const { streams } = this.#init.limits
    if (this.#open.size >= streams)
      throw new NodeError('busy', `${streams} streams are open already`, {
        hint: 'end one, or raise limits.control.streams',
        remedy: 'retry'
      })
    this.#open.add(controller)
  }

  #report(error: unknown): void {
    if (errorView(error).code === 'internal')
      this.#init.log.error('a request failed', { error: describeError(error) })
  }
}

/** @throws NodeError 'no-such', 'bad-request' */
function upgradeOf(request: IncomingMessage): { operation: keyof Operations; call: UpgradeCall } {
  const { operation, call } = routeOf(request)
  if (!('upgrade' in call)) throw new NodeError('bad-request', `${operation} takes no Upgrade`)
  if (request.headers.upgrade === UPGRADE) return { operation, call }
  throw new NodeError('bad-request', `${operation} takes Upgrade: ${UPGRADE}`)
}

/** Until both sides have ended, or one was cut off, which cuts the other off too. */
async function carry(opened: PeerStream, socket: Duplex, head: Buffer, signal: AbortSignal): Promise<void> {
  const { peer, protocol, bytes } = opened
  const end = (): unknown => bytes.destroy(signal.reason)
  signal.addEventListener('abort', end, { once: true })
  if (signal.aborted) end()
  else
    socket.write(
      `HTTP/1.1 101 ${STATUS_CODES[101]}\r\nConnection: Upgrade\r\nUpgrade: ${UPGRADE}\r\n` +
        `${PEER_HEADER}: ${peer}\r\n${PROTOCOL_HEADER}: ${protocol}\r\n\r\n`
    )
  // Whichever side failed first has destroyed the other: nothing is left to answer.
  await joinStreams(new FramedDuplex(socket, head), bytes).catch(() => socket.destroy())
}

function refuse(socket: Duplex, error: unknown): void {
  if (socket.destroyed) return
  const view = errorView(error)
  const status = httpStatus(view)
  const body = `${jsonLine({ error: view })}\n`
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`
  )
}
