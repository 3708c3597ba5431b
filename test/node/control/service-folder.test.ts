import { chmodSync, existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { type ConnectOptions, connect } from '../../../src/cli/command-line/connect.ts'
import { Terminal } from '../../../src/cli/terminal/terminal.ts'
import { systemClock } from '../../../src/clock.ts'
import { silentLog } from '../../../src/log.ts'
import { connectService } from '../../../src/node/control/client.ts'
import { startControlServer } from '../../../src/node/control/server.ts'
import { FakeOperations } from '../../support/fakes/operations.ts'

const limits = { connections: 4, streams: 4, requestBytes: 65_536, timeout: 1000 }

/** A node with a second socket in a folder of this mode. */
async function service(t: Test, mode: number) {
  const root = t.testdir({ home: {}, run: {} })
  const [home, shared] = [join(root, 'home'), join(root, 'run')]
  chmodSync(shared, mode)
  const operations = new FakeOperations()
  const server = await startControlServer({
    home,
    shared,
    operations,
    clock: systemClock,
    log: silentLog,
    limits
  })
  return { root, home, shared, server, socket: join(shared, 'control.sock') }
}

t.test('the group of a folder may ask, over a socket of its own', async (t) => {
  const { home, shared, server, socket } = await service(t, 0o750)
  t.equal(statSync(socket).mode & 0o777, 0o660)
  t.equal(
    statSync(join(home, 'control.sock')).mode & 0o777,
    0o600,
    'the one in the home is its owner’s still'
  )
  const client = await connectService(systemClock, shared)
  t.match(await client?.status(), { name: 'hall' })
  await client?.close()
  await server.close()
  t.notOk(existsSync(socket))
  t.equal(await connectService(systemClock, shared), undefined, 'nobody answers then')
  t.equal(await connectService(systemClock, join(shared, 'none')), undefined)
})

t.test('a folder for its owner alone, or in which others may write, gets none', async (t) => {
  for (const mode of [0o700, 0o770, 0o757]) {
    const { server, socket } = await service(t, mode)
    t.notOk(existsSync(socket), mode.toString(8))
    await server.close()
  }
})

t.test('a command without a home asks the service, one with a home does not', async (t) => {
  const { root, shared, server } = await service(t, 0o750)
  t.teardown(() => server.close())
  const sink = { write: () => true }
  const options: ConnectOptions = {
    home: join(root, 'none'),
    commandLine: (words) => `kith ${words}`,
    homeIsNamed: false,
    serviceFolder: shared,
    running: true,
    terminal: new Terminal({ stdout: sink, stderr: sink, environment: {}, plain: true }),
    environment: {},
    clock: systemClock,
    signal: new AbortController().signal
  }
  const session = await connect(options)
  t.equal(session.from, 'running')
  t.match(await session.operations.status(), { name: 'hall' })
  await session.close()
  await t.rejects(connect({ ...options, homeIsNamed: true }), { code: 'no-node' })
  await t.rejects(connect({ ...options, home: root }), { code: 'no-node' })
})
