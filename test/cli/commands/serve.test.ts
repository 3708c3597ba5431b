import { duplexPair } from 'node:stream'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { runCommandLine } from '../../../src/cli/command-line/dispatch.ts'
import { allCommands } from '../../../src/cli/commands.ts'
import { systemClock } from '../../../src/clock.ts'
import { NodeError } from '../../../src/error.ts'
import { FakeOperations } from '../../support/fakes/operations.ts'
import { Captured } from '../../support/process/command-run.ts'

const commands = await allCommands()
const protocol = '/doc/echo/v1'

t.test('streams that wait for a program are answered one after the other, none is reset', async (t) => {
  const controller = new AbortController()
  const operations = new FakeOperations()
  operations.serve = async function* () {
    yield { serving: [protocol], programs: 1 }
    for (const id of ['1', '2', '3', '4']) yield { id, peer: 'p', who: 'hall', name: 'hall', protocol }
    await new Promise((_resolve, reject) => {
      controller.signal.addEventListener('abort', () => reject(controller.signal.reason))
    })
  }
  const answers = Promise.withResolvers<string[]>()
  const texts: Promise<string>[] = []
  operations.accept = async ({ id }) => {
    const [caller, bytes] = duplexPair()
    bytes.on('error', () => {})
    texts.push(text(caller).catch(() => 'reset'))
    caller.end(`${id}\n`)
    if (texts.length === 4) answers.resolve(Promise.all(texts))
    return { peer: 'p', protocol, bytes }
  }
  const done = runCommandLine(['serve', protocol, '--', 'cat'], {
    commands,
    stdout: new Captured(),
    stderr: new Captured(),
    environment: { ...process.env, KITH_HOME: '/nowhere' },
    clock: systemClock,
    signal: controller.signal,
    connect: async () => ({ operations, from: 'running', close: async () => {} })
  })
  t.same(await answers.promise, ['1\n', '2\n', '3\n', '4\n'])
  controller.abort(new NodeError('interrupted', 'interrupted'))
  await done
})
