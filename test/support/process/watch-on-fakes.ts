/** `kith watch` with fake readings on the terminal of this process; an argument is an error after the first key. */
import { once } from 'node:events'
import { runCommandLine } from '../../../src/cli/command-line/dispatch.ts'
import { commandsFor } from '../../../src/cli/commands.ts'
import { keepAlive, systemClock } from '../../../src/clock.ts'
import { FakeOperations } from '../fakes/operations.ts'

keepAlive()
const crash = process.argv[2]
const controller = new AbortController()
process.on('SIGTERM', () => controller.abort(new Error('interrupted')))
process.on('uncaughtException', (error) => {
  process.stderr.write(`unexpected: ${error.message}\n`)
  controller.abort(error)
})
if (crash !== undefined)
  void once(process.stdin, 'data').then(() =>
    setImmediate(() => {
      throw new Error(crash)
    })
  )
process.exitCode = await runCommandLine(['watch'], {
  commands: await commandsFor(['watch']),
  stdout: process.stdout,
  stderr: process.stderr,
  environment: { ...process.env, KITH_HOME: '/nowhere', NO_COLOR: '1' },
  clock: systemClock,
  signal: controller.signal,
  connect: async () => ({ operations: new FakeOperations(), from: 'running', close: async () => {} })
})
process.exit()
