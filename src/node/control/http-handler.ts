import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { type Clock, withDeadline } from '../../clock.ts'
import { isNodeError, NodeError } from '../../error.ts'
import type { Log } from '../../log.ts'
import { errorView, httpStatus } from '../api/error-view.ts'
import type { Operations } from '../api/operations.ts'
import { jsonLine } from '../log/sanitize.ts'
import { createServer } from './builtin-http.ts'
import type { ControlLimits } from './limits.ts'
import { askedTimeout, type Call, routeOf } from './requests.ts'
import { UPGRADE } from './routes.ts'
import { UpgradeHandler } from './upgrade-handler.ts'

/** The limits of the configuration, and times that are not configurable. */
export interface ServerLimits extends ControlLimits {
  /** Milliseconds for an answer that is not a stream and asks for no other time; 30000 unless given. */
  readonly answer?: number
  /** Milliseconds that a stream waits for a reader who takes nothing; 600000 unless given. */
  readonly stall?: number
}

/**
 * Decides whether a request may call an operation, before its body is read.
 * @throws NodeError 'denied' …: it is the answer
 */
export type Policy = (operation: keyof Operations, request: IncomingMessage) => void | Promise<void>

export interface HttpHandlerInit {
  readonly operations: Operations
  readonly policy: Policy
  readonly clock: Clock
  readonly log: Log
  readonly limits: ServerLimits
}

/** The operations as HTTP with JSON (routes.ts), on any listener. */
export interface HttpHandler {
  /** Never rejects: every failure is an answer, or a line in the log. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>
  /** As handle, for a request with the header Upgrade. `head` are bytes that came behind it. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void>
  /** Ends every request and stream that is open. */
  stop(): void
}

const ANSWER_MS = 30_000
const STALL_MS = 600_000
const HEAD_BYTES = 8192
/** Milliseconds beyond what the body asks for, so that the operation can report its own deadline. */
const GRACE_MS = 2000

export function createHttpHandler(init: HttpHandlerInit): HttpHandler {
  return new RequestHandler(init)
}

/** A server of the handler, with the limits of what arrives; it does not listen yet. */
export function createHttpServer(handler: HttpHandler, limits: ServerLimits): Server {
  const server = createServer(
    // node:http enforces these two times itself.
    { headersTimeout: limits.timeout, requestTimeout: limits.timeout, maxHeaderSize: HEAD_BYTES },
    (request, response) => void handler.handle(request, response)
  )
  server.on('upgrade', (request, socket, head) => void handler.upgrade(request, socket, head))
  // Idle connections are cheap, but not endless; the handler counts the requests in them.
  server.maxConnections = 4 * limits.connections + limits.streams
  return server
}

class RequestHandler implements HttpHandler {
  readonly #init: HttpHandlerInit
  /** Open requests: those that wait for the network have places of their own, so that status is always answered. */
  readonly #waiting = new Set<AbortController>()
  readonly #prompt = new Set<AbortController>()
  readonly #upgrades: UpgradeHandler

  constructor(init: HttpHandlerInit) {
    this.#init = init
    this.#upgrades = new UpgradeHandler(init)
  }

  stop(): void {
    const stopping = new NodeError('stopping', 'the node is stopping', { remedy: 'retry' })
    for (const controller of [...this.#waiting, ...this.#prompt]) controller.abort(stopping)
    this.#upgrades.stop(stopping)
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    return this.#upgrades.handle(request, socket, head)
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const controller = new AbortController()
    const gone = (): void => controller.abort(new NodeError('gone', 'the client hung up'))
    response.once('close', gone)
    response.on('error', gone)
    let open: Set<AbortController> | undefined
    try {
      const { operation, call } = routeOf(request)
      open = waitsForPeers(operation, call) ? this.#waiting : this.#prompt
      this.#admit(open, controller)
      await this.#init.policy(operation, request)
      const body = await readBody(request, this.#init.limits.requestBytes)
      await this.#run(call, body, response, controller.signal)
    } catch (error) {
      this.#fail(response, error)
    } finally {
      open?.delete(controller)
    }
  }

  /** @throws NodeError 'busy' */
  #admit(open: Set<AbortController>, controller: AbortController): void {
    const { connections } = this.#init.limits
    if (open.size >= connections)
      throw new NodeError('busy', `${connections} requests are open already`, {
        hint: 'end a watch, or raise limits.control.connections',
        remedy: 'retry'
      })
    open.add(controller)
  }

  async #run(call: Call, body: unknown, response: ServerResponse, signal: AbortSignal): Promise<void> {
    const { operations, clock, limits } = this.#init
    if ('upgrade' in call) throw new NodeError('bad-request', `it takes Upgrade: ${UPGRADE}`)
    if ('stream' in call) return this.#stream(call.stream(operations, body, signal), response, signal)
    const asked = askedTimeout(body)
    const deadline = asked === undefined ? (limits.answer ?? ANSWER_MS) : asked + GRACE_MS
    const work = (inner: AbortSignal): Promise<unknown> => call.answer(operations, body, inner)
    const answer = await withDeadline(clock, deadline, 'the node', work, signal)
    if (answer === undefined) response.writeHead(204).end()
    else response.writeHead(200, { 'content-type': 'application/json' }).end(`${jsonLine(answer)}\n`)
  }

  /** The head goes with the first item, so that an error before it still has its own HTTP status. */
  async #stream(items: AsyncIterable<unknown>, response: ServerResponse, signal: AbortSignal): Promise<void> {
    for await (const item of items) {
      signal.throwIfAborted()
      if (!response.headersSent) response.writeHead(200, { 'content-type': 'application/x-ndjson' })
      if (!response.write(`${jsonLine(item)}\n`)) await this.#drained(response, signal)
    }
    signal.throwIfAborted()
    if (!response.headersSent) response.writeHead(200, { 'content-type': 'application/x-ndjson' })
    response.end()
  }

  #drained(response: ServerResponse, signal: AbortSignal): Promise<void> {
    const drain = (inner: AbortSignal): Promise<void> =>
      new Promise((resolve) => {
        response.once('drain', resolve)
        inner.addEventListener('abort', () => response.removeListener('drain', resolve), { once: true })
      })
    const { clock, limits } = this.#init
    return withDeadline(clock, limits.stall ?? STALL_MS, 'the reader', drain, signal)
  }

  #fail(response: ServerResponse, error: unknown): void {
    if (response.destroyed || isNodeError(error, 'gone')) return
    const view = errorView(error)
    if (view.code === 'internal') this.#init.log.error('a request failed', { error: view.message })
    const line = `${jsonLine({ error: view })}\n`
    // A client that reads nothing would not read the error either.
    if (response.writableNeedDrain) response.destroy()
    else if (response.headersSent) response.end(line)
    // The rest of a refused body is not read: the connection ends here.
    else
      response
        .writeHead(httpStatus(view), { 'content-type': 'application/json', connection: 'close' })
        .end(line)
  }
}

/** Whether an operation may last: it asks other nodes, or streams until the client hangs up. */
function waitsForPeers(operation: keyof Operations, call: Call): boolean {
  return 'stream' in call || operation === 'ask'
}

/** @returns the JSON value of the body; {} where there is none */
async function readBody(request: IncomingMessage, max: number): Promise<unknown> {
  const tooBig = new NodeError('too-big', `a request has at most ${max} bytes`)
  if (Number(request.headers['content-length'] ?? 0) > max) throw tooBig
  const chunks: Buffer[] = []
  let bytes = 0
  // Not `for await`: leaving that loop would destroy the connection before the answer is out.
  await new Promise<void>((resolve, reject) => {
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes <= max) chunks.push(chunk)
      else reject(tooBig)
    })
    request.once('end', resolve)
    request.once('error', reject)
    request.once('close', () => reject(new NodeError('gone', 'the client hung up')))
  })
  if (bytes === 0) return {}
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch (cause) {
    throw new NodeError('bad-request', 'the body is not JSON', { cause })
  }
}
