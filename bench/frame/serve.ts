import { writeFileSync } from 'node:fs'
import { Session } from 'node:inspector/promises'
import { createInterface } from 'node:readline'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

type Handlers = Readonly<Record<string, (argument: never) => unknown>>

/**
 * The side of worker.ts in a program of Node: answers calls by name until the standard input ends.
 * @param stop called then, before the process ends
 */
export function serve(handlers: Handlers, stop: () => Promise<void> | void = () => {}): void {
  const all: Handlers = { ...handlers, heap, startProfile, endProfile }
  const input = createInterface({ input: process.stdin })
  input.on('line', (line) => {
    const { id, name, argument } = JSON.parse(line) as { id: number; name: string; argument: never }
    Promise.resolve()
      .then(() => {
        const handler = all[name]
        if (handler === undefined) throw new Error('there is no such call')
        return handler(argument)
      })
      .then(
        (result) => answer({ id, result }),
        (error: unknown) => answer({ id, error: error instanceof Error ? error.message : String(error) })
      )
  })
  input.on('close', () => void Promise.resolve(stop()).finally(() => process.exit()))
}

function answer(message: { readonly id: number; readonly result?: unknown; readonly error?: string }): void {
  process.stdout.write(`${JSON.stringify(message)}\n`)
}

let session: Session | undefined

/** Begins a CPU profile of this process. */
async function startProfile(): Promise<void> {
  session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.start')
}

/** Ends it, and writes it. */
async function endProfile({ file }: { readonly file: string }): Promise<void> {
  if (session === undefined) throw new Error('no profile was begun')
  const { profile } = await session.post('Profiler.stop')
  session.disconnect()
  writeFileSync(file, JSON.stringify(profile))
}

export interface Heap {
  /** Bytes after a collection of garbage; rss before it. */
  readonly heapUsed: number
  readonly external: number
  readonly arrayBuffers: number
  readonly rss: number
}

export function heap(): Heap {
  const { rss } = process.memoryUsage()
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  const { heapUsed, external, arrayBuffers } = process.memoryUsage()
  return { heapUsed, external, arrayBuffers, rss }
}
