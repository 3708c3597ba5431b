import { constants } from 'node:fs'
import { chmod, type FileHandle, lstat, mkdtemp, open, rename, rm, stat } from 'node:fs/promises'
import { connect, type Server } from 'node:net'
import { join } from 'node:path'
import { NodeError } from '../../error.ts'

/** sockaddr_un.sun_path with its closing zero holds 108 bytes on Linux (unix(7)), 104 on macOS. */
const LONGEST = process.platform === 'linux' ? 107 : 103
/** What mkdtemp and the name in it add while the socket is made. */
const MAKING = '/.control-XXXXXX/s'.length

/** A folder by a name short enough for the sockets in it. */
export interface SocketFolder {
  readonly path: string
  close(): Promise<void>
}

/**
 * Linux reaches a folder with a long name through its descriptor; elsewhere the name must be short.
 * @throws NodeError 'path-too-long'
 */
export async function openSocketFolder(folder: string): Promise<SocketFolder> {
  if (Buffer.byteLength(folder) + MAKING <= LONGEST) return { path: folder, close: async () => {} }
  if (process.platform !== 'linux')
    throw new NodeError('path-too-long', `${folder} is too long a name for a folder with a socket in it`, {
      hint: `choose a home whose path has at most ${LONGEST - MAKING} bytes`
    })
  const handle: FileHandle = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY)
  return { path: `/proc/self/fd/${handle.fd}`, close: () => handle.close() }
}

/** Whether a server answers there; a socket without a server is a leftover of a crash. */
export function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED') resolve(false)
      // The server is there, and its backlog is full.
      else if (error.code === 'EAGAIN') resolve(true)
      else reject(error)
    })
  })
}

/**
 * Whether the place is free, or has a socket that may be replaced. Any other file there belongs to another program
 * and is left.
 * @param shown the path for messages
 * @throws NodeError 'not-a-socket'
 */
export async function checkPlace(place: string, shown: string): Promise<void> {
  const found = await lstat(place).catch(() => undefined)
  if (found === undefined || found.isSocket()) return
  throw new NodeError('not-a-socket', `${shown} is not a socket`, {
    hint: 'the control socket must be there: move the file to another name',
    remedy: 'stop'
  })
}

/**
 * Lets the server listen on `name` in the folder, with the mode of the socket from the first moment on: it is made in
 * a new folder of mode 0700, given its mode, and moved to its place, over a leftover.
 * @param mode 0600 for its owner alone, 0660 for its group too
 * @returns removes it again, if it is still this one
 */
export async function listenPrivately(
  server: Server,
  folder: SocketFolder,
  name: string,
  mode: number
): Promise<() => Promise<void>> {
  const place = join(folder.path, name)
  const making = await mkdtemp(join(folder.path, '.control-'))
  try {
    const made = join(making, 's')
    await listen(server, made)
    await chmod(made, mode)
    const { ino, dev } = await stat(made)
    await rename(made, place)
    return async () => {
      const now = await stat(place).catch(() => undefined)
      if (now?.ino === ino && now.dev === dev) await rm(place, { force: true })
    }
  } catch (error) {
    server.close()
    throw error
  } finally {
    await rm(making, { recursive: true, force: true })
  }
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, () => {
      server.removeListener('error', reject)
      resolve()
    })
  })
}
