/** A process that is measured. It is told what to do by lines of JSON on its standard input, and answers by others. */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { systemClock, withDeadline } from '../../src/clock.ts'
import { pinned } from './pin.ts'

export interface WorkerOptions {
  /** Options of Node before the program. */
  readonly flags?: readonly string[]
  /** The processor it is held to, where it can be. */
  readonly processor?: number | undefined
}

/** Milliseconds for an answer, unless a call says otherwise. */
const DEADLINE = 60_000
/** The start of a line that is an answer; other lines are a program's own. */
const ANSWER = '{"id":'

interface Answer {
  readonly id: number
  readonly result?: unknown
  readonly error?: string
}

type Child = ChildProcessByStdio<Writable, Readable, null>

export class Worker {
  readonly pid: number
  readonly #child: Child
  readonly #waiting = new Map<number, (answer: Answer) => void>()
  readonly #ended = new AbortController()
  #last = 0

  private constructor(child: Child) {
    // Else a program that is not there would end this process.
    child.once('error', (error) => this.#ended.abort(error))
    if (child.pid === undefined) throw new Error(`${child.spawnfile} did not start`)
    this.pid = child.pid
    this.#child = child
    createInterface({ input: child.stdout }).on('line', (line) => this.#take(line))
    child.once('exit', (status) => this.#ended.abort(new Error(`a measured process ended: ${status}`)))
    child.stdin.on('error', () => {})
  }

  /** A program of Node. @param program its path */
  static node(program: string, { flags = [], processor }: WorkerOptions = {}): Worker {
    return Worker.run([process.execPath, ...flags, program], processor)
  }

  /** Any program that speaks these lines. */
  static run(command: readonly string[], processor?: number): Worker {
    const [program = '', ...words] = [...pinned(processor), ...command]
    return new Worker(spawn(program, words, { stdio: ['pipe', 'pipe', 'inherit'] }))
  }

  /** Calls a function of the program. @param deadline milliseconds @throws Error what it threw */
  async call<Result>(name: string, argument: unknown = null, deadline = DEADLINE): Promise<Result> {
    const id = ++this.#last
    const work = async (): Promise<Answer> => {
      const answer = new Promise<Answer>((resolve) => this.#waiting.set(id, resolve))
      this.#child.stdin.write(`${JSON.stringify({ id, name, argument })}\n`)
      return await answer
    }
    try {
      const { result, error } = await withDeadline(systemClock, deadline, name, work, this.#ended.signal)
      if (error !== undefined) throw new Error(`${name}: ${error}`)
      return result as Result
    } finally {
      this.#waiting.delete(id)
    }
  }

  /** Closes its standard input, at which it ends; it is killed where it does not. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const ended = once(this.#child, 'exit')
    this.#child.stdin.end()
    await withDeadline(systemClock, DEADLINE, 'the end of a process', () => ended).catch(async () => {
      this.#child.kill('SIGKILL')
      await ended
    })
  }

  #take(line: string): void {
    if (!line.startsWith(ANSWER)) return
    const answer = JSON.parse(line) as Answer
    this.#waiting.get(answer.id)?.(answer)
  }
}
