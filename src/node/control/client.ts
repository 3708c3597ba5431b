import { stat } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { type Clock, withDeadline } from '../../clock.ts'
import { NodeError } from '../../error.ts'
import { readError } from '../api/error-view.ts'
import type { AcceptRequest, Operations, PeerStream, PipeRequest } from '../api/operations.ts'
import { request as httpRequest } from './builtin-http.ts'
import { FramedDuplex } from './framed-duplex.ts'
import { writeQuery } from './query.ts'
import { CONTROL_SOCKET, controlRoutes, PEER_HEADER, PROTOCOL_HEADER, UPGRADE } from './routes.ts'
import { isGroupFolder, isPrivateFolder, runtimeFolders, SERVICE_FOLDER } from './runtime-folder.ts'
import { isAnswered, openSocketFolder, type SocketFolder } from './socket.ts'

/** Milliseconds for an answer of the node in front of us; a request's own timeout comes on top. */
const DEADLINE_MS = 35_000
/** Bytes of one answer or one line: far above what a node has to say. */
const LONGEST_ANSWER = 64 * 1024 * 1024

/**
 * The operations of the node that runs in `home`.
 * @returns undefined where none runs
 * @throws NodeError 'denied' where it belongs to another user
 */
export async function connectControl(home: string, clock: Clock): Promise<ControlClient | undefined> {
  try {
    return (await connectIn(home, clock)) ?? (await connectOutside(home, clock))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    if (code !== 'EACCES' && code !== 'EPERM') throw error
    const owner = (await stat(home).catch(() => undefined))?.uid
    if (await isGroupFolder(SERVICE_FOLDER, owner)) return await connectService(clock)
    throw new NodeError('denied', `the node in ${home} belongs to another user`, {
      hint: 'ask as that user (sudo -u), or choose your own --home',
      cause: error
    })
  }
}

/**
 * The node that runs as the service of this machine, for root and the members of its group.
 * @returns undefined where none runs
 * @throws NodeError 'denied' for other users
 */
export async function connectService(
  clock: Clock,
  folder = SERVICE_FOLDER
): Promise<ControlClient | undefined> {
  try {
    return await connectIn(folder, clock)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    if (code !== 'EACCES' && code !== 'EPERM') throw error
    throw new NodeError('denied', 'the service of this machine answers members of the group kith alone', {
      hint: 'sudo usermod -aG kith "$USER", and log in again',
      cause: error
    })
  }
}

async function connectIn(parent: string, clock: Clock): Promise<ControlClient | undefined> {
  const folder = await openSocketFolder(parent)
  try {
    if (await isAnswered(join(folder.path, CONTROL_SOCKET))) return new ControlClient(folder, clock)
  } catch (error) {
    await folder.close()
    throw error
  }
  await folder.close()
  return undefined
}

/** A node whose home cannot be written has its socket elsewhere; only a folder of the home's owner is trusted. */
async function connectOutside(home: string, clock: Clock): Promise<ControlClient | undefined> {
  const { uid } = await stat(home)
  for (const folder of await runtimeFolders(home)) {
    if (!(await isPrivateFolder(folder, uid))) continue
    const client = await connectIn(folder, clock)
    if (client !== undefined) return client
  }
  return undefined
}

/** Asks a running node over its control socket (routes.ts). */
export class ControlClient implements Operations {
  readonly #folder: SocketFolder
  readonly #clock: Clock

  constructor(folder: SocketFolder, clock: Clock) {
    this.#folder = folder
    this.#clock = clock
  }

  readonly status: Operations['status'] = () => this.#answer('status')
  readonly peers: Operations['peers'] = () => this.#answer('peers')
  readonly peersForget: Operations['peersForget'] = (who) => this.#answer('peersForget', { who })
  readonly book: Operations['book'] = () => this.#answer('book')
  readonly bookPut: Operations['bookPut'] = (entry) => this.#answer('bookPut', entry)
  readonly bookRename: Operations['bookRename'] = (from, to) => this.#answer('bookRename', { from, to })
  readonly bookRemove: Operations['bookRemove'] = (name) => this.#answer('bookRemove', { name })
  readonly bookImport: Operations['bookImport'] = (entries) => this.#answer('bookImport', { entries })
  readonly configReload: Operations['configReload'] = () => this.#answer('configReload')
  readonly rules: Operations['rules'] = () => this.#answer('rules')
  readonly pairOpen: Operations['pairOpen'] = (request, signal) => this.#stream('pairOpen', request, signal)
  readonly pair: Operations['pair'] = (request, signal) =>
    this.#answer('pair', request, signal, request.timeout)
  readonly unpair: Operations['unpair'] = (who, signal) => this.#answer('unpair', { who }, signal)
  readonly access: Operations['access'] = (request) => this.#answer('access', request)
  readonly manage: Operations['manage'] = (ask, signal) => this.#stream('manage', ask, signal)
  readonly ask: Operations['ask'] = (request, signal) => this.#answer('ask', request, signal, request.timeout)
  readonly watch: Operations['watch'] = (request, signal) => this.#stream('watch', request, signal)
  readonly history: Operations['history'] = (request, signal) => this.#stream('history', request, signal)
  readonly ping: Operations['ping'] = (request, signal) => this.#stream('ping', request, signal)
  readonly switch: Operations['switch'] = (request, signal) => this.#answer('switch', request, signal)
  readonly switchLog: Operations['switchLog'] = (request) => this.#answer('switchLog', request)
  readonly devicesTest: Operations['devicesTest'] = (request, signal) =>
    this.#answer('devicesTest', request, signal, request.timeout)
  readonly devicesScan: Operations['devicesScan'] = (request, signal) =>
    this.#answer('devicesScan', request, signal)
  readonly pipe: Operations['pipe'] = (request, signal) => this.#upgrade('pipe', request, signal)
  readonly serve: Operations['serve'] = (request, signal) => this.#stream('serve', request, signal)
  readonly accept: Operations['accept'] = (request, signal) => this.#upgrade('accept', request, signal)

  close(): Promise<void> {
    return this.#folder.close()
  }

  async #answer<T>(
    operation: keyof Operations,
    body?: unknown,
    signal?: AbortSignal,
    timeout = 0
  ): Promise<T> {
    const work = async (inner: AbortSignal): Promise<T> => {
      const response = await this.#send(operation, body, inner)
      let text = ''
      for await (const line of lines(response, inner)) text += line
      return (text === '' ? undefined : JSON.parse(text)) as T
    }
    return withDeadline(this.#clock, DEADLINE_MS + timeout, 'the running node', work, signal)
  }

  async *#stream<T>(operation: keyof Operations, body: unknown, signal: AbortSignal): AsyncGenerator<T> {
    const response = await this.#send(operation, body, signal)
    for await (const line of lines(response, signal)) {
      const value: unknown = JSON.parse(line)
      const error = readError(value)
      if (error !== undefined) throw error
      yield value as T
    }
  }

  /** @throws NodeError what the node answers, where that is an error */
  async #send(operation: keyof Operations, body: unknown, signal: AbortSignal): Promise<IncomingMessage> {
    signal.throwIfAborted()
    const { method, path } = controlRoutes[operation]
    const headers = body === undefined ? {} : { 'content-type': 'application/json' }
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const request = httpRequest({ ...this.#socket(), method, path, signal, headers })
      request.once('response', resolve)
      request.on('error', (error) => reject(signal.aborted ? signal.reason : wentAway(error)))
      request.end(body === undefined ? undefined : JSON.stringify(body))
    })
    if ((response.statusCode ?? 500) < 300) return response
    throw await errorOf(response, signal)
  }

  /** A request for bytes both ways. @throws NodeError what the node answers, where that is an error */
  #upgrade(
    operation: 'pipe' | 'accept',
    query: PipeRequest | AcceptRequest,
    signal: AbortSignal
  ): Promise<PeerStream> {
    const { method, path } = controlRoutes[operation]
    const headers = { connection: 'Upgrade', upgrade: UPGRADE }
    const timeout = 'timeout' in query ? (query.timeout ?? 0) : 0
    const open = (inner: AbortSignal): Promise<PeerStream> =>
      new Promise((resolve, reject) => {
        const whole = `${path}?${writeQuery(query)}`
        const request = httpRequest({ ...this.#socket(), method, path: whole, headers })
        const abort = (): unknown => request.destroy()
        inner.addEventListener('abort', abort, { once: true })
        request.once('upgrade', ({ headers }, socket, head) => {
          inner.removeEventListener('abort', abort)
          resolve({
            peer: String(headers[PEER_HEADER]),
            protocol: String(headers[PROTOCOL_HEADER]),
            bytes: new FramedDuplex(socket, head)
          })
        })
        request.once('response', (response) => errorOf(response, inner).then(reject, reject))
        request.on('error', (error) => reject(inner.aborted ? inner.reason : wentAway(error)))
        request.end()
      })
    return withDeadline(this.#clock, DEADLINE_MS + timeout, 'the running node', open, signal)
  }

  #socket(): { socketPath: string; host: string; agent: false } {
    return { socketPath: join(this.#folder.path, CONTROL_SOCKET), host: 'kith', agent: false }
  }
}

async function errorOf(response: IncomingMessage, signal: AbortSignal): Promise<NodeError> {
  let text = ''
  for await (const line of lines(response, signal)) text += line
  return (
    readError(parsed(text)) ?? new NodeError('internal', `the running node answers ${response.statusCode}`)
  )
}

function wentAway(cause: unknown): NodeError {
  return new NodeError('unreachable', 'the running node went away', {
    hint: 'its log says why; kith run starts it again',
    remedy: 'retry',
    cause
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The lines of an answer as they come; an unread one holds the node back. */
async function* lines(response: IncomingMessage, signal: AbortSignal): AsyncGenerator<string> {
  let rest = ''
  try {
    for await (const chunk of response.setEncoding('utf8')) {
      const [first = '', ...more] = String(chunk).split('\n')
      rest += first
      for (const next of more) {
        if (rest !== '') yield rest
        rest = next
      }
      if (rest.length > LONGEST_ANSWER) throw new NodeError('too-big', 'the running node answers without end')
    }
  } catch (error) {
    if (signal.aborted) throw signal.reason
    throw error instanceof NodeError ? error : wentAway(error)
  }
  if (rest !== '') yield rest
}
