import { type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import type { Clock } from '../../clock.ts'
import type { IncomingStream, PeerStream } from '../../node/api/operations.ts'
import type { Environment } from '../home.ts'
import { LinePrefix } from './line-prefix.ts'

export interface ProgramInit {
  /** The program and its arguments. */
  readonly command: readonly [string, ...string[]]
  readonly environment: Environment
  readonly clock: Clock
  /** Takes a line of the program's stderr, with the peer before it, and what went wrong. */
  readonly remark: (line: string) => void
}

/** Milliseconds from SIGTERM to SIGKILL. */
export const KILL_AFTER = 2000
/** Milliseconds in which input that comes after the program has ended is discarded; then the stream is reset. */
const DISCARD_MS = 10_000
/** Milliseconds that a program whose output has ended is given to end as well, before that end is passed on. */
const EXIT_MS = 200

type Child = ChildProcessByStdio<Writable, Readable, Readable>

/**
 * Answers one stream with one program: its stdin and stdout are the stream. A program that ends with another status
 * than 0 resets the stream; a stream that is reset ends the program and its process group, by SIGTERM, then SIGKILL.
 * @param signal ends the program
 * @returns once the program has ended; never rejects
 */
export async function runProgram(
  init: ProgramInit,
  incoming: IncomingStream,
  { bytes }: PeerStream,
  signal: AbortSignal
): Promise<void> {
  const { clock, remark } = init
  const child = start(init, incoming)
  const errors = new LinePrefix(`${incoming.who}: `, remark)
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk))
  const stop = (): unknown => bytes.destroy()
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  // Whoever of the two ends first, the other may have bytes to write for it.
  child.stdin.on('error', () => bytes.resume())
  bytes.pipe(child.stdin)
  child.stdout.pipe(bytes, { end: false })
  const cut = finished(bytes).catch(() => killGroup(child, clock))
  const failure = await outcome(child, clock, () => bytes.end())
  errors.end()
  signal.removeEventListener('abort', stop)
  if (failure === undefined) {
    bytes.end()
    bytes.unpipe(child.stdin).resume()
    const cancel = clock.after(DISCARD_MS, () => bytes.destroy())
    cut.finally(cancel)
  } else if (!bytes.destroyed) {
    remark(`${incoming.who}: ${failure}; the stream is reset`)
    bytes.destroy(new Error(failure))
  }
}

function start({ command: [program, ...words], environment }: ProgramInit, incoming: IncomingStream): Child {
  const { peer, name, protocol } = incoming
  return spawn(program, words, {
    stdio: ['pipe', 'pipe', 'pipe'],
    // A process group of its own, so that what a shell started ends with it.
    detached: true,
    env: { ...environment, KITH_PEER: peer, KITH_NAME: name ?? '', KITH_PROTOCOL: protocol }
  })
}

/** Settles when the program has ended and its output is read. @returns what went wrong; undefined for status 0 */
function outcome(child: Child, clock: Clock, endOutput: () => void): Promise<string | undefined> {
  child.stdout.once('end', () => clock.after(EXIT_MS, () => hasEnded(child) || endOutput()))
  return new Promise((resolve) => {
    let failed: string | undefined
    child.once('error', (error) => {
      failed = error.message
    })
    child.once('close', (status, killedBy) => {
      const how = killedBy === null ? `with status ${status}` : `by ${killedBy}`
      resolve(failed ?? (status === 0 ? undefined : `the program ended ${how}`))
    })
  })
}

function hasEnded(child: Child): boolean {
  return child.exitCode !== null || child.signalCode !== null
}

/** The group has the program's number for as long as one of it lives. */
function killGroup(child: Child, clock: Clock): void {
  // A program that writes to nobody must not wait for a reader.
  child.stdout.destroy()
  const { pid } = child
  if (pid === undefined || hasEnded(child)) return
  const send = (signal: NodeJS.Signals): void => {
    try {
      process.kill(-pid, signal)
    } catch {
      // It has ended.
    }
  }
  send('SIGTERM')
  const cancel = clock.after(KILL_AFTER, () => send('SIGKILL'))
  child.once('exit', cancel)
}
