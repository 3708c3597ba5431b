import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { type Hint, isNodeError, NodeError } from '../../error.ts'
import { asOwner } from './home-hints.ts'

export const KEY_FILE = 'identity.key'

/** An Ed25519 key has 68 bytes; a longer file than this is not a key. */
const MAX_BYTES = 1024

const RESTORE = orAnotherNode('restore it from a backup')

/**
 * The bytes of a private key, read only where no other user could have read or replaced them.
 * @returns undefined where there is no such file
 * @throws NodeError 'identity-damaged', 'identity-exposed', 'identity-foreign', 'identity-unreadable'
 */
export async function readKeyFile(path: string): Promise<Uint8Array | undefined> {
  const file = await openKey(path)
  if (file === undefined) return undefined
  try {
    await check(path, file)
    return new Uint8Array(await file.readFile())
  } catch (error) {
    throw isNodeError(error) ? error : unreadable(path, error)
  } finally {
    await file.close()
  }
}

/** A link is not followed, and a pipe not waited for. */
async function openKey(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT') return undefined
    if (code === 'ELOOP') {
      throw stop('identity-foreign', `${path} is a symbolic link`, 'put the key itself in its place', error)
    }
    throw unreadable(path, error)
  }
}

/** By the open file, so that nothing can be exchanged between looking and reading. */
async function check(path: string, file: FileHandle): Promise<void> {
  const found = await file.stat()
  const { uid, mode, size } = found
  const self = process.geteuid?.()
  if (!found.isFile()) throw damagedKey(path, 'is not a plain file')
  if (self !== undefined && uid !== self) {
    const message = `${path} belongs to user ${uid}, kith runs as user ${self}`
    throw stop(
      'identity-foreign',
      message,
      asOwner(uid, self) ?? `run kith as its owner, or chown ${self} ${path}`
    )
  }
  if (self !== undefined && (mode & 0o077) !== 0) {
    const message = `others may read or write the key ${path} (mode ${(mode & 0o777).toString(8)})`
    throw stop(
      'identity-exposed',
      message,
      `chmod 600 ${path}; if others use this machine, begin another node`
    )
  }
  if (size > MAX_BYTES) throw damagedKey(path, `has ${size} bytes and cannot be a key`)
}

function orAnotherNode(hint: string): Hint {
  return {
    command: `${hint}, or begin another node with \`kith init --home <folder>\``,
    program: `${hint}, or begin another node in another home`
  }
}

/** @param what is wrong with it: `has 3 bytes` */
export function damagedKey(path: string, what: string, cause?: unknown): NodeError {
  return stop('identity-damaged', `the key ${path} ${what}`, RESTORE, cause)
}

/** There is no key where there was one. @param trace the file that shows it */
export function lostKey(path: string, trace: string): NodeError {
  return stop(
    'identity-lost',
    `the key ${path} is missing, yet ${trace} shows that this node had one`,
    RESTORE
  )
}

function unreadable(path: string, cause: unknown): NodeError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return stop(
    'identity-unreadable',
    `the key ${path} cannot be read: ${reason}`,
    orAnotherNode('check its owner and the disk, or restore it from a backup'),
    cause
  )
}

function stop(code: string, message: string, hint: Hint, cause?: unknown): NodeError {
  return new NodeError(code, message, { hint, remedy: 'stop', cause })
}
