/** The other process of bench/datagram.ts: echoes on every carrier, counts what is sent one way, and reports to the parent. */
import { createSocket } from 'node:dgram'
import { lpStream } from '@libp2p/utils'
import { realNode } from '../../test/support/datagram/libp2p.ts'
import { serveReads } from './reads.ts'
import { benchLimits, COUNT_PROTOCOL, ECHO_PROTOCOL, STREAM_PROTOCOL } from './setting.ts'

const raw = createSocket('udp4')
raw.on('message', (bytes, { port, address }) => raw.send(bytes, port, address))
const counter = createSocket('udp4')
let counted = 0
counter.on('message', () => counted++)
await Promise.all(
  [raw, counter].map((socket) => new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve)))
)

const node = await realNode({ limits: benchLimits })
node.datagrams.handle(ECHO_PROTOCOL, (flow) => (bytes) => flow.send(bytes))
node.datagrams.handle(COUNT_PROTOCOL, () => () => counted++)
await serveReads(node)
await node.libp2p.handle(STREAM_PROTOCOL, async (stream) => {
  const frames = lpStream(stream, { maxDataLength: 2048 })
  try {
    for (;;) await frames.write(await frames.read({ signal: AbortSignal.timeout(60_000) }))
  } catch {
    // The requester closed the stream.
  }
})

async function coapPort(): Promise<number | undefined> {
  try {
    const name = 'coap'
    const { createServer } = await import(name)
    const server = createServer((_request: unknown, response: { end(bytes: Buffer): void }) =>
      response.end(Buffer.alloc(200, 1))
    )
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return server._sock.address().port
  } catch {
    return undefined
  }
}

process.on('message', (message) => {
  if (message === 'count') {
    process.send?.({ counted, rss: process.memoryUsage.rss(), drops: node.datagrams.status().drops })
    counted = 0
  }
})
process.on('disconnect', () => process.exit())
process.send?.({
  address: node.libp2p.getMultiaddrs().map(String)[0],
  peer: node.peer,
  udp: node.datagrams.status().ports[4],
  raw: raw.address().port,
  counter: counter.address().port,
  coap: await coapPort()
})
