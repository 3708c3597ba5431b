import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import t, { type Test } from 'tap'
import { parseConfig } from '../../../src/config/load.ts'
import { silentLog } from '../../../src/log.ts'
import { forgeryLimits } from '../../../src/node/network/datagrams.ts'
import { type RunningNode, type StartInit, startNode } from '../../../src/node/run-node.ts'
import { defaultDatagramLimits } from '../../../src/protocol/datagram/index.ts'

async function nodeOf(t: Test, config: string, changes: Partial<StartInit> = {}): Promise<RunningNode> {
  const text = `listen: [/ip4/127.0.0.1/tcp/0]\nmdns: false\n${config}`
  const init = { config: parseConfig(text, []), world: 'linux', log: silentLog } as const
  const node = await startNode({ ...init, ...changes })
  t.teardown(() => node.stop())
  return node
}

function udpPort(node: RunningNode): number {
  return node.assembled.datagrams.status()?.ports[4] ?? 0
}

function tcpPort(node: RunningNode): number {
  const [address] = node.assembled.transports.network.services.components.transportManager.getAddrs()
  return Number(address?.getComponents().find(({ name }) => name === 'tcp')?.value)
}

/** A UDP port that is taken until the test ends. */
async function takenPort(t: Test): Promise<number> {
  const socket = createSocket({ type: 'udp4' })
  t.teardown(() => socket.close())
  socket.bind(0)
  await once(socket, 'listening')
  return socket.address().port
}

t.test('UDP has the number that TCP listens on, whatever is announced', async (t) => {
  const node = await nodeOf(t, 'announce: [/ip4/203.0.113.7/tcp/4444]')
  t.not(tcpPort(node), 4444)
  t.equal(udpPort(node), tcpPort(node))
})

t.test('a port of its own, for firewalls', async (t) => {
  const taken = await takenPort(t)
  const config = `datagrams: { port: ${taken} }`
  await t.rejects(nodeOf(t, config), { code: 'port-in-use', message: new RegExp(`${taken}`) })
  const shortLived = await nodeOf(t, config, { shortLived: true })
  t.ok(udpPort(shortLived) > 0, 'a node for one command takes any')
  t.not(udpPort(shortLived), taken)
})

t.test('a question between two nodes of this machine goes by UDP', async (t) => {
  const [here, there] = [await nodeOf(t, 'name: here'), await nodeOf(t, 'name: there')]
  const signal = AbortSignal.timeout(10_000)
  const [address = ''] = there.addresses
  for (let i = 0; i < 50 && (there.assembled.datagrams.status()?.traffic.receivedUdp ?? 0) === 0; i++) {
    for await (const reply of here.operations.ping({ who: address, count: 1, by: 'datagram' }, signal))
      t.match(reply, { by: 'datagram', path: /^direct 127\.0\.0\.1( udp)?$/ })
  }
  t.match(there.assembled.datagrams.status(), { traffic: { receivedUdp: Number, sentUdp: Number } })
  t.ok((there.assembled.datagrams.status()?.traffic.receivedUdp ?? 0) > 0)
})

t.test('how many forgeries are opened: fewer on a Pi, or as the owner says', async (t) => {
  const auto = 'auto' as const
  const both = { failedOpens: auto, failedOpensOfNode: auto }
  const { failedOpens, failedOpensOfNode } = defaultDatagramLimits
  t.same(forgeryLimits(both, 'x64'), { failedOpens, failedOpensOfNode })
  for (const arch of ['arm', 'arm64'])
    t.same(forgeryLimits(both, arch), { failedOpens: 100, failedOpensOfNode: 400 })
  t.same(forgeryLimits({ ...both, failedOpens: 20 }, 'x64'), { failedOpens: 20, failedOpensOfNode: 80 })
  t.same(forgeryLimits({ ...both, failedOpensOfNode: 90 }, 'arm64'), {
    failedOpens: 100,
    failedOpensOfNode: 90
  })
})
