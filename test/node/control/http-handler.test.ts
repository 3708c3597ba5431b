import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { systemClock } from '../../../src/clock.ts'
import { NodeError } from '../../../src/error.ts'
import { silentLog } from '../../../src/log.ts'
import { createHttpHandler, createHttpServer, type Policy } from '../../../src/node/control/http-handler.ts'
import { FakeOperations } from '../../support/fakes/operations.ts'
import { status } from '../../support/fakes/views.ts'

const limits = { connections: 4, streams: 4, requestBytes: 1024, timeout: 1000 }

/** What a bridge is: a listener of its own, and a policy. */
async function bridge(t: Test, policy: Policy): Promise<string> {
  const operations = new FakeOperations()
  const handler = createHttpHandler({ operations, policy, clock: systemClock, log: silentLog, limits })
  const server = createHttpServer(handler, limits)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    handler.stop()
    server.close()
    server.closeAllConnections()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

t.test('any listener serves the operations that its policy allows', async (t) => {
  const seen: string[] = []
  const url = await bridge(t, (operation, request) => {
    seen.push(operation)
    if (request.method !== 'GET') throw new NodeError('denied', 'this page only reads')
  })
  const answer = await fetch(`${url}/status`)
  t.same(await answer.json(), JSON.parse(JSON.stringify(status)))
  const refused = await fetch(`${url}/book/remove`, { method: 'POST', body: '{"name":"hall"}' })
  t.equal(refused.status, 403)
  t.same(await refused.json(), { error: { code: 'denied', message: 'this page only reads' } })
  t.strictSame(seen, ['status', 'bookRemove'])
})

t.test('a policy may take its time, and is asked before the body is read', async (t) => {
  const url = await bridge(t, async () => {
    await systemClock.sleep(1)
    throw new NodeError('denied', 'nobody may')
  })
  const refused = await fetch(`${url}/ask`, { method: 'POST', body: 'x'.repeat(5000) })
  t.equal(refused.status, 403)
})

t.test('what is no route is no matter of the policy', async (t) => {
  const url = await bridge(t, () => void t.fail('it was asked'))
  t.equal((await fetch(`${url}/nothing`)).status, 404)
})
