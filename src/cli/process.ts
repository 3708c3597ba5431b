import { systemClock } from '../clock.ts'
import { describeError, NodeError } from '../error.ts'
import { runCommandLine } from './command-line.ts'
import { DONE, FAILED } from './exit-status.ts'

/** Runs the command line as this process: its streams, its signals, its exit status. */
export async function runProcess(argv: readonly string[]): Promise<never> {
  const controller = new AbortController()
  let crashed = false
  const leave = (): void => {
    // The second Ctrl-C asks nobody.
    if (controller.signal.aborted) process.exit(FAILED)
    controller.abort(new NodeError('interrupted', 'interrupted'))
  }
  const crash = (error: unknown): void => {
    process.stderr.write(`kith: unexpected: ${describeError(error)}; stopping\n`)
    crashed = true
    leave()
  }
  process.on('SIGINT', leave)
  process.on('SIGTERM', leave)
  process.on('uncaughtException', crash)
  process.on('unhandledRejection', crash)
  // Whoever read us has seen enough (head, less): no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? DONE : FAILED)
  })
  process.stderr.on('error', () => {})
  const status = await runCommandLine(argv, {
    stdout: process.stdout,
    stderr: process.stderr,
    environment: process.env,
    clock: systemClock,
    signal: controller.signal
  })
  // What libraries leave open must not keep us; what was written is out (synchronous but on Windows).
  process.exit(crashed ? FAILED : status)
}
