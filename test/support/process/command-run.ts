import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Session } from '../../../src/cli/command-line/command.ts'
import { runCommandLine } from '../../../src/cli/command-line/dispatch.ts'
import { commandsFor } from '../../../src/cli/commands.ts'
import type { Clock } from '../../../src/clock.ts'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import type { Operations } from '../../../src/node/api/operations.ts'
import { FakeOperations } from '../fakes/operations.ts'
import { NOW } from '../fakes/views.ts'

/** A stream that keeps what is written. */
export class Captured {
  text = ''
  /** What was written as bytes. */
  readonly chunks: Uint8Array[] = []
  readonly isTTY: boolean
  readonly columns: number
  readonly rows: number

  constructor(columns?: number, rows = 24) {
    this.rows = rows
    this.isTTY = columns !== undefined
    this.columns = columns ?? 80
  }

  write(text: string | Uint8Array): boolean {
    if (typeof text === 'string') this.text += text
    else this.chunks.push(text.slice())
    return true
  }
}

export interface CommandRunOptions {
  /** Of a terminal; a pipe unless given. */
  readonly columns?: number
  readonly operations?: Operations
  readonly clock?: Clock
  readonly signal?: AbortSignal
  readonly environment?: Readonly<Record<string, string>>
  readonly home?: string
  /** Which node answers: `running` unless given. */
  readonly from?: Session['from']
  /** Whether the node is looked for in the home, as in earnest: there are no fake operations. */
  readonly alone?: boolean
}

export interface CommandRun {
  readonly status: number
  readonly out: string
  readonly err: string
  /** What was written as bytes, where anything was. */
  readonly bytes?: Uint8Array
}

/** Runs one command line against fake operations, at a fixed time. */
export async function runCommand(line: string, options: CommandRunOptions = {}): Promise<CommandRun> {
  const stdout = new Captured(options.columns)
  const stderr = new Captured()
  const operations = options.operations ?? new FakeOperations()
  const home = options.home ?? mkdtempSync(join(tmpdir(), 'kith-cli-'))
  const words = line.split(' ').filter((word) => word !== '')
  const status = await runCommandLine(words, {
    commands: await commandsFor(words),
    stdout,
    stderr,
    environment: { KITH_HOME: home, NO_COLOR: '1', LANG: 'C.UTF-8', ...options.environment },
    clock: options.clock ?? new VirtualClock({ now: NOW * 1000 }),
    signal: options.signal ?? new AbortController().signal,
    ...(options.alone === true
      ? {}
      : { connect: async () => ({ operations, from: options.from ?? 'running', close: async () => {} }) })
  })
  return {
    status,
    out: stdout.text,
    err: stderr.text,
    ...(stdout.chunks.length > 0 ? { bytes: Buffer.concat(stdout.chunks) } : {})
  }
}
