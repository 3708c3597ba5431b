import type { KadDHT, kadDHT } from '@libp2p/kad-dht'
import t from 'tap'
import { systemClock } from '../../../src/clock.ts'
import { createKad, type KadInit } from '../../../src/protocol/dht/kad.ts'
import { ServerLinks } from '../../../src/protocol/dht/server-links.ts'
import { limits } from '../../support/dht/node.ts'
import { memoryNetwork } from '../../support/memory-network.ts'

/** What createKad takes hold of in kad-dht 16. */
function insides(): Record<string, unknown> {
  const handle = async () => undefined
  const names = ['PUT_VALUE', 'GET_VALUE', 'ADD_PROVIDER', 'GET_PROVIDERS', 'FIND_NODE', 'PING']
  return {
    rpc: { handlers: Object.fromEntries(names.map((name) => [name, { handle }])) },
    network: { sendRequest: () => {} },
    queryManager: { run: () => {} },
    onPeerConnect: async () => {}
  }
}

/** As the package makes one, with these insides. */
const making =
  (inside: unknown): typeof kadDHT =>
  () =>
  () =>
    inside as KadDHT

t.test('a kad-dht with other insides is refused, never used as it is', async (t) => {
  const network = await memoryNetwork()
  t.teardown(() => network.stop())
  const links = new ServerLinks(
    {
      clock: systemClock,
      connection: () => undefined,
      dialable: () => [],
      dial: async () => t.fail('nothing is dialled')
    } as never,
    limits,
    new AbortController().signal
  )
  const init: KadInit = {
    ...network.services.components.kad,
    links,
    clock: systemClock,
    serve: true,
    joining: limits.joining,
    lookup: limits.lookup,
    isServer: () => false,
    isServerInTheEnd: async () => false,
    mayAsk: () => true,
    mayTell: () => true,
    ping: async () => 0
  }
  t.ok(createKad(init), 'the version of package.json')
  t.ok(createKad(init, making(insides())))
  const refused = {
    code: 'internal',
    message: /@libp2p\/kad-dht has other (handlers|searches) than version 16/
  }
  for (const part of ['rpc', 'network', 'queryManager', 'onPeerConnect']) {
    t.throws(() => createKad(init, making({ ...insides(), [part]: undefined })), refused, `no ${part}`)
    t.throws(() => createKad(init, making({ ...insides(), [part]: {} })), refused, `another ${part}`)
  }
  for (const name of ['FIND_NODE', 'PUT_VALUE', 'GET_VALUE', 'ADD_PROVIDER', 'GET_PROVIDERS']) {
    const inside = insides()
    delete (inside['rpc'] as { handlers: Record<string, unknown> }).handlers[name]
    t.throws(() => createKad(init, making(inside)), refused, `no ${name}`)
  }
})
