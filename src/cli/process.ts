import { keepAlive, systemClock } from '../clock.ts'
import { defined } from '../defined.ts'
import { describeError, NodeError } from '../error.ts'
import { unwritten } from '../write-atomic.ts'
import { runCommandLine } from './command-line/dispatch.ts'
import { FAILED, OUTPUT_CLOSED } from './command-line/exit-status.ts'
import { commandWord } from './command-line/parse.ts'
import { commandsFor } from './commands.ts'
import { takeHangups } from './hangup.ts'
import { watchParent } from './parent-watch.ts'
import { repeatedSignals } from './repeated-signal.ts'
import { sourceStack } from './source-stack.ts'

/** Milliseconds that the output may take to be read after Ctrl-C. */
const FLUSH_MS = 100
/** Milliseconds that running calls of files may take at the end. */
const FILES_MS = 500

/** Runs the command line as this process: its streams, its signals, its exit status. */
export async function runProcess(argv: readonly string[]): Promise<never> {
  // Until process.exit(): a command may wait for a deadline or a GPIO line alone.
  keepAlive()
  const controller = new AbortController()
  let crashed = false
  const leave = (): void => {
    // The second Ctrl-C ends the process at once.
    if (controller.signal.aborted) exit(FAILED)
    controller.abort(new NodeError('interrupted', 'interrupted'))
  }
  const crash = (error: unknown): void => {
    const lines = [`kith: unexpected: ${describeError(error)}; stopping`, ...sourceStack(error)]
    process.stderr.write(`${lines.join('\n')}\n`)
    crashed = true
    leave()
  }
  const counts = repeatedSignals(systemClock, process.env)
  const signalled = (signal: NodeJS.Signals): void => {
    if (counts(signal)) leave()
  }
  const hangups = commandWord(argv) === 'run' ? takeHangups(leave) : undefined
  process.on('SIGINT', signalled)
  process.on('SIGTERM', signalled)
  // Set by npm, pnpm and yarn for the scripts of a package.
  if (process.env['npm_lifecycle_event'] !== undefined) watchParent(systemClock, process.ppid, leave)
  process.on('uncaughtException', crash)
  process.on('unhandledRejection', crash)
  let isReaderGone = false
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // The reader closed the pipe, as head and less do: a failure only of what must be read to its end.
    if (error.code === 'EPIPE')
      controller.abort(new NodeError(OUTPUT_CLOSED, 'nobody reads the output any more'))
    isReaderGone ||= error.code === 'EPIPE'
    if (isReaderGone) return
    const { message, hint } = unwritten('the output', error)
    process.stderr.write(`kith: ${message}\n${hint === undefined ? '' : `      ${hint}\n`}`)
    process.exit(FAILED)
  })
  process.stderr.on('error', () => {})
  const status = await runCommandLine(argv, {
    commands: await commandsFor(argv),
    stdout: process.stdout,
    stderr: process.stderr,
    environment: process.env,
    clock: systemClock,
    signal: controller.signal,
    ...defined({ onHangup: hangups })
  })
  await Promise.all([process.stdout, process.stderr].map((stream) => written(stream, controller.signal)))
  for (let left = FILES_MS; hasFileCalls() && left > 0; left -= 20) await systemClock.sleep(20)
  // Handles that libraries leave open must not keep the process alive.
  exit(crashed ? FAILED : status)
}

/** Waits for the reader: a pipe takes 64 KiB at once, and process.exit() drops the rest. */
async function written(stream: NodeJS.WriteStream, signal: AbortSignal): Promise<void> {
  const out = new Promise<void>((resolve) => stream.write('', () => resolve()))
  const interrupted = new Promise<void>((resolve) => {
    const soon = (): unknown => systemClock.after(FLUSH_MS, resolve)
    if (signal.aborted) soon()
    else signal.addEventListener('abort', soon, { once: true })
  })
  await Promise.race([out, interrupted])
}

/**
 * Ends the process, by SIGKILL where a call of a file is still running: Node waits for it at exit, without end where
 * the kernel does not return from it.
 */
function exit(status: number): never {
  if (hasFileCalls()) process.once('exit', () => process.kill(process.pid, 'SIGKILL'))
  process.exit(status)
}

function hasFileCalls(): boolean {
  return process.getActiveResourcesInfo().some((resource) => resource.startsWith('FSReq'))
}
