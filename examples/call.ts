// The signalling of a call, as WebRTC needs it before sound can go: an offer, an answer, and candidates (addresses to
// try) that either side finds meanwhile. The stream carries the signals alone; what is in them is the browsers' matter.
//
//   node examples/call.ts                 waits for a call, and prints the line to type elsewhere
//   node examples/call.ts <who>           calls
//
// /call/signal/v1: each message is JSON, {"offer": sdp} first, then {"answer": sdp}, {"candidate": …} at any time from
// either side, and the end of the stream hangs up.
import { createNode, type NodeStream } from 'kith'

const SIGNAL = '/call/signal/v1'
/** A description of media, as RTCPeerConnection makes it; here a stand-in. */
const sdp = (name: string): string => `v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=${name}\r\n`

interface Signal {
  offer?: string
  answer?: string
  candidate?: string
}

const [who] = process.argv.slice(2)
const name = who === undefined ? 'answerer' : 'caller'
const node = await createNode({ config: { name, listen: ['/ip4/127.0.0.1/tcp/0'], mdns: false } })

const send = (stream: NodeStream, signal: Signal): Promise<void> => stream.send(JSON.stringify(signal))

/** @throws SyntaxError where a peer sends no JSON, which resets the stream */
function read(message: Uint8Array): Signal {
  const value: unknown = JSON.parse(new TextDecoder().decode(message))
  return typeof value === 'object' && value !== null ? value : {}
}

/** Candidates come one by one: the call begins with the first pair that works, not after the last one was found. */
async function sendCandidates(stream: NodeStream): Promise<void> {
  for (const port of [50_000, 50_002]) await send(stream, { candidate: `udp 192.168.1.20 ${port}` })
}

async function answer(stream: NodeStream): Promise<void> {
  console.log(`called by …${stream.peer.slice(-7)}`)
  for await (const message of stream) {
    const { offer, candidate } = read(message)
    if (offer !== undefined) {
      await send(stream, { answer: sdp('answer') })
      await sendCandidates(stream)
    }
    if (candidate !== undefined) console.log(`try ${candidate}`)
  }
  console.log('hung up')
  await stream.close()
  await node.stop()
}

async function call(peer: string): Promise<void> {
  const stream = await node.open(peer, [SIGNAL])
  await send(stream, { offer: sdp('offer') })
  await sendCandidates(stream)
  let candidates = 0
  for await (const message of stream) {
    const { answer, candidate } = read(message)
    if (answer !== undefined) console.log('answered')
    if (candidate !== undefined) console.log(`try ${candidate}`)
    candidates += candidate === undefined ? 0 : 1
    if (candidates === 2) break
  }
  await stream.close()
  await stream.next()
  await node.stop()
}

if (who === undefined) {
  await node.handle(SIGNAL, answer)
  console.log(`call me: node examples/call.ts ${node.addresses[0]}`)
} else {
  await call(who)
}
await node.stopped
