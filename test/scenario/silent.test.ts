import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { parseConfig } from '../../src/config/load.ts'
import { silentLog } from '../../src/log.ts'
import { type RunningNode, startNode } from '../../src/node/run-node.ts'
import { Gauge, gaugeDevice } from '../support/scenario/gauge.ts'

const SILENT = 1000
const MAX = 2 + 128 // limits.network.inboundPending, beside the two that are welcome

/** What is wanted of libp2p's inside. */
interface Inside {
  readonly components: {
    readonly transportManager: { getListeners(): readonly { readonly sockets: ReadonlySet<unknown> }[] }
  }
}

async function tcpNode(t: Test, name: string): Promise<RunningNode> {
  const gauge = new Gauge()
  const device = gaugeDevice(() => gauge)
  const text = `name: ${name}\nlisten: [/ip4/127.0.0.1/tcp/0]\nmdns: false\nlimits: { network: { handshakeTimeout: 2s } }\nsensors: [{ type: gauge, name: air, interval: 200ms }]`
  const config = parseConfig(text, [device])
  const node = await startNode({ config, world: { simulated: name }, log: silentLog, devices: [device] })
  t.teardown(() => node.stop())
  return node
}

/** Inbound sockets that the node holds, those that have not shaken hands included. */
function socketsOf(node: RunningNode): number {
  const { transportManager } = (node.assembled.transports.network as unknown as Inside).components
  const [listener] = transportManager.getListeners()
  return listener?.sockets.size ?? 0
}

/** Sockets of another machine that say nothing, each as far as it comes. */
async function silentSockets(port: number, count: number): Promise<Socket[]> {
  const sockets = Array.from({ length: count }, () =>
    connect({ port, host: '127.0.0.1', localAddress: '127.0.0.2' }).on('error', () => {})
  )
  await Promise.all(
    sockets.map((socket) =>
      Promise.race([once(socket, 'connect').catch(() => {}), once(socket, 'close').catch(() => {})])
    )
  )
  return sockets
}

t.test('a thousand silent connections: who is connected is served, and who comes as well', async (t) => {
  const node = await tcpNode(t, 'hall')
  const friend = await tcpNode(t, 'friend')
  const [address = ''] = node.addresses
  const ask = (who: RunningNode) => who.operations.ask({ who: address }, AbortSignal.timeout(15_000))
  while (node.assembled.storage.hub.latest().length === 0) await delay(20)
  t.match(await ask(friend), [{ state: 'value' }])
  const port = Number(/tcp\/(\d+)/.exec(address)?.[1])
  const sockets = await silentSockets(port, SILENT)
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
  })
  t.match(await ask(friend), [{ state: 'value' }], 'who is connected is served')
  t.ok(node.assembled.transports.network.getConnections().length <= 2, 'none of them is a connection')
  // Those beyond the kernel's queue believe to be connected; what counts is what the node holds.
  let max = 0
  for (let looks = 0; looks < 25; looks++) {
    await delay(50)
    max = Math.max(max, socketsOf(node))
  }
  t.ok(max > 2 && max <= MAX, `${max} sockets were held at once`)
  const late = await tcpNode(t, 'late')
  const at = performance.now()
  t.match(await ask(late), [{ state: 'value' }], 'who comes later is served')
  t.comment(`after ${Math.round(performance.now() - at)} ms`)
})
