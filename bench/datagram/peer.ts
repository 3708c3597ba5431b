/** The other process of datagram.ts and flood.ts: echoes datagrams, counts what is sent one way, reports to the parent. */
import { createSocket } from 'node:dgram'
import { realNode } from '../../test/support/datagram/libp2p.ts'
import { benchLimits, COUNT_PROTOCOL, ECHO_PROTOCOL } from './setting.ts'

const counter = createSocket('udp4')
let counted = 0
counter.on('message', () => counted++)
await new Promise<void>((resolve) => counter.bind(0, '127.0.0.1', resolve))

const node = await realNode({ limits: benchLimits })
node.datagrams.handle(ECHO_PROTOCOL, (flow) => (bytes) => flow.send(bytes))
node.datagrams.handle(COUNT_PROTOCOL, () => () => counted++)
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
  counter: counter.address().port
})
