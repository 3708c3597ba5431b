import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Libp2p } from '@libp2p/interface'
import t, { type Test } from 'tap'
import { UPTIME_PROTOCOL, type Uptime, uptime } from '../../examples/protocol/index.ts'
import { VirtualClock } from '../../src/hal/simulated/virtual-clock.ts'
import { silentLog } from '../../src/log.ts'
import { Lifecycle } from '../../src/node/lifecycle.ts'
import { defineSensorProtocol } from '../../src/protocol/define-sensor-protocol.ts'
import { ProtocolRegistry, sensorProtocols } from '../../src/protocol/protocol-registry.ts'
import { memoryNetwork } from '../support/memory-network.ts'
import { allQuantities } from '../support/readings.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const page = read('docs/adding-a-protocol.md')
const shownAs = (name: string): string =>
  new RegExp(`\`\`\`ts ${name}\\n([\\s\\S]*?)\`\`\``).exec(page)?.[1] ?? ''

t.test('the code that is shown is the code that runs', async (t) => {
  const shown = [...page.matchAll(/<!-- (examples\/protocol\/\S+) -->\n```ts\n([\s\S]*?)```/g)]
  t.equal(shown.length, 3)
  for (const [, path = '', code] of shown) t.equal(code, read(path), path)
})

t.test('a sensor protocol is one entry', async (t) => {
  const define = new Function('defineSensorProtocol', `return ${shownAs('sensor-protocol')}`)
  const protocol = define(defineSensorProtocol)
  const registry = new ProtocolRegistry([...sensorProtocols, protocol], allQuantities)
  t.ok(registry.ids().includes('/sensor/leaf/v1'))
  t.ok(registry.ofQuantity('temperature').includes(protocol))
})

interface Running {
  readonly network: Libp2p
  readonly service: Uptime
  readonly lifecycle: Lifecycle
  readonly clock: VirtualClock
}

/** A node whose composition root has the line of the page. */
async function running(t: Test, friends: string[] = []): Promise<Running> {
  const network = await memoryNetwork()
  const clock = new VirtualClock()
  const peers = { inBook: (peer: string) => friends.includes(peer) }
  const line = new Function('uptime', 'peers', 'network', 'world', `return ${shownAs('composition')}`)
  const service: Uptime = line(uptime, peers, network, { clock })
  const lifecycle = new Lifecycle([service], {
    clock,
    log: silentLog,
    startDeadline: 1000,
    stopDeadline: 1000
  })
  await lifecycle.start()
  t.teardown(() => network.stop())
  return { network, service, lifecycle, clock }
}

t.test('a protocol is a folder and a line, and is absent without the line', async (t) => {
  const { signal } = new AbortController()
  const asker = await running(t)
  const other = await running(t, [asker.network.peerId.toString()])
  const connection = await asker.network.dial(other.network.getMultiaddrs())
  await other.clock.advance(7_900)
  t.equal(await asker.service.ask(connection, signal), 7)
  t.ok(other.network.getProtocols().includes(UPTIME_PROTOCOL))
  const back = other.network.getConnections(asker.network.peerId)[0]
  if (back === undefined) throw new Error('the connection is gone')
  await t.rejects(other.service.ask(back, signal), 'a peer that is not in the book is not answered')

  await other.lifecycle.stop()
  t.notOk(other.network.getProtocols().includes(UPTIME_PROTOCOL))
  await t.rejects(asker.service.ask(connection, signal), { name: 'UnsupportedProtocolError' })
})

t.test('an answer that ends early is an error', async (t) => {
  const { signal } = new AbortController()
  const asker = await running(t)
  const other = await memoryNetwork()
  t.teardown(() => other.stop())
  for (const length of [0, 3]) {
    await other.handle(
      UPTIME_PROTOCOL,
      (stream) => {
        if (length > 0) stream.send(new Uint8Array(length))
        stream.close().catch((error: Error) => stream.abort(error))
      },
      { force: true }
    )
    const connection = await asker.network.dial(other.getMultiaddrs())
    await t.rejects(asker.service.ask(connection, signal), { code: 'uptime-broken' }, `${length} bytes`)
  }
})
