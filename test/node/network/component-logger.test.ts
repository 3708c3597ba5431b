import { disable, enable } from '@libp2p/logger'
import t from 'tap'
import { componentLogger } from '../../../src/node/network/component-logger.ts'

t.afterEach(() => disable())

t.test('what is not enabled is one function that does nothing, and so are its scopes', async (t) => {
  const log = componentLogger('kith').forComponent('libp2p:tcp')
  t.notOk(log.enabled)
  for (const call of [log, log.error, log.trace, log.newScope('connection')])
    t.equal(call('%s', 'text'), undefined)
  t.equal(log.error, log.newScope('connection').error)
})

t.test('what is enabled is a logger of libp2p, also a scope alone', async (t) => {
  enable('kith:libp2p:tcp:connection')
  const log = componentLogger('kith').forComponent('libp2p:tcp')
  t.notOk(log.enabled)
  t.ok(log.newScope('connection').enabled)
  t.notOk(log.newScope('other').enabled)
  enable('kith:libp2p:tcp:error')
  const { error } = componentLogger('kith').forComponent('libp2p:tcp') as unknown as {
    error: { enabled: boolean }
  }
  t.ok(error.enabled, 'its errors alone')
  enable('kith:libp2p:*')
  t.ok(componentLogger('kith').forComponent('libp2p').enabled === false)
  t.ok(componentLogger('kith').forComponent('libp2p:yamux').enabled)
})
