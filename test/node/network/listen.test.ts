import { createServer, type Server } from 'node:net'
import t, { type Test } from 'tap'
import type { Log } from '../../../src/log.ts'
import { silentLog } from '../../../src/log.ts'
import { usableAddresses } from '../../../src/node/network/listen.ts'

function heard(): { log: Log; warnings: string[] } {
  const warnings: string[] = []
  return { warnings, log: { ...silentLog, warn: (message) => warnings.push(message) } }
}

async function takenPort(t: Test): Promise<number> {
  const server: Server = createServer()
  t.teardown(() => server.close())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return address !== null && typeof address === 'object' ? address.port : 0
}

t.test('what can be listened on is used as it is', async (t) => {
  const { log, warnings } = heard()
  const listen = ['/ip4/127.0.0.1/tcp/0', '/ip4/0.0.0.0/tcp/0']
  t.same(await usableAddresses(listen, log), listen)
  t.same(await usableAddresses([], log), [], 'to listen on nothing may be wanted')
  t.same(warnings, [])
})

t.test('a port that is taken: another one, and a warning', async (t) => {
  const { log, warnings } = heard()
  const address = `/ip4/127.0.0.1/tcp/${await takenPort(t)}`
  t.same(await usableAddresses([address], log), ['/ip4/127.0.0.1/tcp/0'])
  t.same(warnings, [`${address} is taken by another program: listening on a free port instead`])
})

t.test('an address of another machine is left out with a warning, whatever its port', async (t) => {
  for (const address of ['/ip4/192.0.2.1/tcp/1', '/ip4/192.0.2.1/tcp/0', '/ip6/2001:db8::1/tcp/4001']) {
    const { log, warnings } = heard()
    t.same(await usableAddresses([address, '/ip4/127.0.0.1/tcp/0'], log), ['/ip4/127.0.0.1/tcp/0'])
    t.equal(warnings.length, 1)
    t.match(warnings[0], address)
  }
})

t.test('nothing to listen on is an error that names the cure', async (t) => {
  const { log } = heard()
  await t.rejects(usableAddresses(['/ip4/192.0.2.1/tcp/1'], log), {
    code: 'cannot-listen',
    message: '/ip4/192.0.2.1/tcp/1 is not an address of this machine',
    hint: /0\.0\.0\.0/
  })
})
