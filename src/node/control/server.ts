import { rmdir } from 'node:fs/promises'
import type { Server } from 'node:http'
import { join } from 'node:path'
import type { Clock } from '../../clock.ts'
import { describeError, NodeError } from '../../error.ts'
import type { Log } from '../../log.ts'
import { otherHome } from '../../peer/identity/home-hints.ts'
import type { Operations } from '../api/operations.ts'
import { createHttpHandler, createHttpServer, type ServerLimits } from './http-handler.ts'
import { CONTROL_SOCKET } from './routes.ts'
import { isGroupFolder, makeRuntimeFolder, runtimeFolders } from './runtime-folder.ts'
import { checkPlace, isAnswered, listenPrivately, openSocketFolder, type SocketFolder } from './socket.ts'

export interface ControlServerOptions {
  /** An existing folder. */
  readonly home: string
  /** A folder for a second socket, which the group of this process may open; none unless given. */
  readonly shared?: string | undefined
  readonly operations: Operations
  readonly clock: Clock
  readonly log: Log
  readonly limits: ServerLimits
}

export interface ControlServer {
  readonly path: string
  /** Ends every request and stream, and removes the socket. */
  close(): Promise<void>
}

/** Errors of a folder that cannot be written: the socket is made elsewhere then. */
const UNWRITABLE = ['EROFS', 'ENOSPC', 'EDQUOT', 'EACCES']

/**
 * Serves the operations on `control.sock` in the home, or where that cannot be written in a folder that is named by
 * the home (runtime-folder.ts). Only the owner of the home can open the socket (0600): every operation is allowed.
 * Where there is a shared folder, its group may open a second socket there (0660), and every operation is allowed on
 * it, too: who is in the group is decided by root.
 * @throws NodeError 'in-use' where another node answers there already
 */
export async function startControlServer(options: ControlServerOptions): Promise<ControlServer> {
  const own = await serveOwner(options)
  const shared = await serveGroup(options)
  return {
    path: own.path,
    async close() {
      await Promise.all([own.close(), shared?.close()])
    }
  }
}

async function serveGroup({ shared, ...options }: ControlServerOptions): Promise<ControlServer | undefined> {
  if (shared === undefined || !(await isGroupFolder(shared, process.geteuid?.()))) return undefined
  try {
    return await serveIn(shared, options, 0o660)
  } catch (error) {
    options.log.warn(`no control socket for the group in ${shared}: ${describeError(error)}`)
    return undefined
  }
}

async function serveOwner(options: ControlServerOptions): Promise<ControlServer> {
  try {
    return await serveIn(options.home, options)
  } catch (error) {
    if (!UNWRITABLE.includes(String((error as NodeJS.ErrnoException).code))) throw error
    for (const folder of await runtimeFolders(options.home))
      if (await makeRuntimeFolder(folder)) return await serveOutside(folder, options)
    throw error
  }
}

async function serveOutside(folder: string, options: ControlServerOptions): Promise<ControlServer> {
  const server = await serveIn(folder, options)
  return {
    path: server.path,
    async close() {
      await server.close()
      await rmdir(folder).catch(() => {})
    }
  }
}

async function serveIn(
  parent: string,
  init: Omit<ControlServerOptions, 'home'>,
  mode = 0o600
): Promise<ControlServer> {
  const folder = await openSocketFolder(parent)
  const place = join(parent, CONTROL_SOCKET)
  const handler = createHttpHandler({ ...init, policy: () => {} })
  const server = createHttpServer(handler, init.limits)
  try {
    await checkPlace(join(folder.path, CONTROL_SOCKET), place)
    if (await isAnswered(join(folder.path, CONTROL_SOCKET)))
      throw new NodeError('in-use', `a node answers on ${place} already`, {
        hint: otherHome('stop it first')
      })
    const remove = await listenPrivately(server, folder, CONTROL_SOCKET, mode)
    server.on('error', (error) => init.log.warn('the control socket failed', { error: error.message }))
    return {
      path: place,
      async close() {
        handler.stop()
        await endServer(server, folder, remove)
      }
    }
  } catch (error) {
    await folder.close()
    throw error
  }
}

async function endServer(server: Server, folder: SocketFolder, remove: () => Promise<void>): Promise<void> {
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
