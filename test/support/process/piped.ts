import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import type { Test } from 'tap'
import { KITH, kith, type Running } from './kith.ts'
import { inHome, runThermometer, type Started, started } from './node.ts'

export interface Home {
  readonly home: string
  readonly running: Running
  readonly node: Started
}

export interface Piped {
  readonly child: ChildProcess
  readonly stdin: Writable
  readonly stdout: Readable
  readonly err: () => string
  readonly end: Promise<number>
}

/** A simulated node that runs in a home of its own. */
export async function nodeIn(t: Test, name: string, ...settings: string[]): Promise<Home> {
  const home = join(mkdtempSync(join(tmpdir(), 'kith-pipe-')), name)
  const running = runThermometer(home, `name=${name}`, ...settings)
  t.teardown(async () => {
    running.child.kill('SIGKILL')
    await running.end
    rmSync(join(home, '..'), { recursive: true, force: true })
  })
  return { home, running, node: await started(running) }
}

async function add(to: Home, name: string, { node }: Home): Promise<void> {
  await inHome(to.home, (operations) => operations.bookPut({ name, who: node.addresses[0] ?? '' }))
}

/** Two nodes, each in the book of the other. */
export async function friends(t: Test, ...settings: string[]): Promise<{ hall: Home; den: Home }> {
  const [hall, den] = await Promise.all([nodeIn(t, 'hall', ...settings), nodeIn(t, 'den')])
  await Promise.all([add(hall, 'den', den), add(den, 'hall', hall)])
  return { hall, den }
}

/** `kith serve` that serves already. */
export async function serve(t: Test, { home }: Home, ...words: string[]): Promise<Running> {
  const serving = kith('serve', '--home', home, ...words)
  t.teardown(() => serving.child.kill('SIGKILL'))
  await until(serving, () => serving.err().includes('kith: serving '))
  return serving
}

/** Waits for what a process writes to stderr. @throws Error where it ends before */
export async function until(
  { child, err }: Pick<Running, 'child' | 'err'>,
  is: () => boolean
): Promise<void> {
  while (!is()) {
    if (child.exitCode !== null) throw new Error(`it ended: ${err()}`)
    if (child.stderr !== null) await once(child.stderr, 'data')
  }
}

/** `kith pipe`, with its stdin and stdout. */
export function pipe(t: Test, home: string, ...words: string[]): Piped {
  const child = spawn(process.execPath, [KITH, 'pipe', '--home', home, ...words], {
    stdio: ['pipe', 'pipe', 'pipe']
  })
  t.teardown(() => child.kill('SIGKILL'))
  let err = ''
  child.stderr.on('data', (bytes: Buffer) => {
    err += String(bytes)
  })
  child.stdin.on('error', () => {})
  const end = once(child, 'close').then(([status]) => Number(status))
  return { child, stdin: child.stdin, stdout: child.stdout, err: () => err, end }
}

export async function all(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

export const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')
