import { spawnSync } from 'node:child_process'
import { closeSync, constants, openSync } from 'node:fs'
import { constants as system } from 'node:os'
import { addon } from '../../installation.ts'

/** Locks the open file behind a descriptor, without waiting. */
export type Flock = (descriptor: number) => 'held' | 'busy' | 'failed'

/**
 * Takes the lock of flock(2) on a file or a folder. It ends with the process however that ends.
 * @returns what lets go of it; undefined where there is no such file, or it cannot be locked
 */
export function takeFlock(path: string, lock: Flock): (() => void) | 'busy' | undefined {
  let descriptor: number
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch {
    // Whatever is wrong with the file is reported when it is read.
    return undefined
  }
  const locked = lock(descriptor)
  if (locked === 'held') return () => closeSync(descriptor)
  closeSync(descriptor)
  return locked === 'busy' ? 'busy' : undefined
}

/** What native/process.c exports of locks. */
interface FlockAddon {
  /** flock(2) with LOCK_EX and LOCK_NB. @returns 0, or the errno */
  flock(descriptor: number): number
}

/** By the addon that an install builds, else by flock(1). */
export function systemFlock(descriptor: number): ReturnType<Flock> {
  let error: number
  try {
    error = addon<FlockAddon>('process').flock(descriptor)
  } catch {
    return flockProgram(descriptor)
  }
  if (error === 0) return 'held'
  return error === system.errno.EWOULDBLOCK ? 'busy' : 'failed'
}

/**
 * A lock belongs to the open file and not to a process: flock(1) takes it on our descriptor, which it inherits, and
 * it stays when flock(1) has ended.
 */
export function flockProgram(descriptor: number): ReturnType<Flock> {
  const { status } = spawnSync('flock', ['-n', '3'], { stdio: ['ignore', 'ignore', 'ignore', descriptor] })
  if (status === 0) return 'held'
  return status === FLOCK_BUSY ? 'busy' : 'failed'
}

/** flock(1), -E: the exit status where the lock is taken. */
const FLOCK_BUSY = 1
