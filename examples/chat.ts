// A chat between two nodes on a protocol of our own, /chat/text/v1.
//
//   node examples/chat.ts                 waits for a peer, and prints the line to type elsewhere
//   node examples/chat.ts <multiaddr>     calls
//
// Lines that are typed are sent, lines that come are shown.
import { createInterface } from 'node:readline'
import { createNode, type NodeStream } from 'kith'

const CHAT = '/chat/text/v1'
const [who] = process.argv.slice(2)
const node = await createNode({ config: { name: 'chat', listen: ['/ip4/127.0.0.1/tcp/0'], mdns: false } })

async function talk(stream: NodeStream): Promise<void> {
  console.log(`talking with …${stream.peer.slice(-7)} on ${stream.protocol}`)
  const lines = createInterface({ input: process.stdin })
  const lost = (error: Error): void => console.log(`not sent: ${error.message}`)
  lines.on('line', (line) => stream.send(line).catch(lost))
  lines.on('close', () => stream.close().catch(lost))
  for await (const message of stream) console.log(`> ${new TextDecoder().decode(message)}`)
  lines.close()
  await node.stop()
}

if (who === undefined) {
  await node.handle(CHAT, talk)
  console.log(`call me: node examples/chat.ts ${node.addresses[0]}`)
} else {
  await talk(await node.open(who, [CHAT]))
}
await node.stopped
