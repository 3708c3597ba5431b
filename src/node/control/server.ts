import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { type Clock, withDeadline } from '../../clock.ts'
import { isNodeError, NodeError } from '../../error.ts'
import type { Log } from '../../log.ts'
import { errorView, httpStatus } from '../api/error-view.ts'
import type { Operations } from '../api/operations.ts'
import { jsonLine } from '../log/sanitize.ts'
import { askedTimeout, type Call, calls } from './requests.ts'
import { CONTROL_SOCKET, controlRoutes } from './routes.ts'
import { isAnswered, listenPrivately, openSocketFolder } from './socket.ts'

/** `limits.control` of the configuration, and times that nobody needs to tune. */
export interface ControlLimits {
  /** Requests and streams open at once. */
  readonly connections: number
  /** Bytes of a request's body. */
  readonly requestBytes: number
  /** Milliseconds that a request may take to arrive. */
  readonly timeout: number
  /** Milliseconds for an answer that is not a stream and asks for no other time; 30000 unless given. */
  readonly answer?: number
  /** Milliseconds that a stream waits for a reader who takes nothing; 600000 unless given. */
  readonly stall?: number
}

export interface ControlServerOptions {
  /** An existing folder. */
  readonly home: string
  readonly operations: Operations
  readonly clock: Clock
  readonly log: Log
  readonly limits: ControlLimits
}

export interface ControlServer {
  readonly path: string
  /** Ends every request and stream, and removes the socket. */
  close(): Promise<void>
}

const ANSWER_MS = 30_000
const STALL_MS = 600_000
const HEAD_BYTES = 8192
/** Milliseconds beyond what the body asks for, so that the operation can tell of its own deadline. */
const GRACE_MS = 2000

/**
 * Serves the operations on `control.sock` in the home.
 * @throws NodeError 'in-use' where another node answers there already
 */
export async function startControlServer(options: ControlServerOptions): Promise<ControlServer> {
  const { home, limits, log } = options
  const folder = await openSocketFolder(home)
  const place = join(home, CONTROL_SOCKET)
  const served = new ControlRequests(options)
  const server = createServer(
    // node:http keeps these two times itself.
    { headersTimeout: limits.timeout, requestTimeout: limits.timeout, maxHeaderSize: HEAD_BYTES },
    (request, response) => void served.serve(request, response)
  )
  // Idle connections are cheap, but not endless; the requests in them are counted by themselves.
  server.maxConnections = 4 * limits.connections
  try {
    if (await isAnswered(join(folder.path, CONTROL_SOCKET)))
      throw new NodeError('in-use', `a node answers on ${place} already`, {
        hint: 'stop it first, or choose another --home'
      })
    const remove = await listenPrivately(server, folder, CONTROL_SOCKET)
    server.on('error', (error) => log.warn('the control socket failed', { error: error.message }))
    return { path: place, close }

    async function close(): Promise<void> {
      served.stop()
      try {
        await new Promise<void>((resolve) => {
          server.close(() => resolve())
          server.closeAllConnections()
        })
        await remove()
      } finally {
        await folder.close()
      }
    }
  } catch (error) {
    await folder.close()
    throw error
  }
}

class ControlRequests {
  readonly #options: ControlServerOptions
  readonly #open = new Set<AbortController>()

  constructor(options: ControlServerOptions) {
    this.#options = options
  }

  stop(): void {
    for (const controller of this.#open)
      controller.abort(new NodeError('stopping', 'the node is stopping', { remedy: 'retry' }))
  }

  /** Never rejects: whatever goes wrong is an answer, or a line in the log. */
  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { connections, requestBytes } = this.#options.limits
    const controller = new AbortController()
    const gone = (): void => controller.abort(new NodeError('gone', 'the asker hung up'))
    response.once('close', gone)
    response.on('error', gone)
    try {
      if (this.#open.size >= connections)
        throw new NodeError('busy', `${connections} requests are open already`, { remedy: 'retry' })
      this.#open.add(controller)
      const call = route(request)
      const body = await readBody(request, requestBytes)
      await this.#run(call, body, response, controller.signal)
    } catch (error) {
      this.#fail(response, error)
    } finally {
      this.#open.delete(controller)
    }
  }

  async #run(call: Call, body: unknown, response: ServerResponse, signal: AbortSignal): Promise<void> {
    const { operations, clock, limits } = this.#options
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
    const { clock, limits } = this.#options
    return withDeadline(clock, limits.stall ?? STALL_MS, 'the reader', drain, signal)
  }

  #fail(response: ServerResponse, error: unknown): void {
    if (response.destroyed || isNodeError(error, 'gone')) return
    const view = errorView(error)
    if (view.code === 'internal') this.#options.log.error('a request failed', { error: view.message })
    const line = `${jsonLine({ error: view })}\n`
    // Who reads nothing would not read the error either.
    if (response.writableNeedDrain) response.destroy()
    else if (response.headersSent) response.end(line)
    // The rest of a refused body is not read: the connection ends here.
    else
      response
        .writeHead(httpStatus(view), { 'content-type': 'application/json', connection: 'close' })
        .end(line)
  }
}

const routed: ReadonlyMap<string, ReadonlyMap<string, Call>> = Object.entries(controlRoutes).reduce(
  (table, [operation, { method, path }]) =>
    table.set(path, (table.get(path) ?? new Map()).set(method, calls[operation as keyof Operations])),
  new Map<string, Map<string, Call>>()
)

function route(request: IncomingMessage): Call {
  const [path = '/'] = (request.url ?? '/').split('?')
  const methods = routed.get(path)
  if (methods === undefined)
    throw new NodeError('no-such', `there is no ${path}`, {
      hint: `there are ${[...routed.keys()].join(' ')}`
    })
  const call = methods.get(request.method ?? 'GET')
  if (call !== undefined) return call
  throw new NodeError('bad-request', `${path} takes ${[...methods.keys()].join(' or ')}`)
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
    request.once('close', () => reject(new NodeError('gone', 'the asker hung up')))
  })
  if (bytes === 0) return {}
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch (cause) {
    throw new NodeError('bad-request', 'the body is not JSON', { cause })
  }
}
