import t, { type Test } from 'tap'
import { listen, type Reception, talk } from '../../examples/voice.ts'
import { createNode, type Node } from '../../src/index.ts'

async function nodeOf(t: Test, name: string): Promise<Node> {
  const node = await createNode({ config: { name, listen: ['/ip4/127.0.0.1/tcp/0'], mdns: false } })
  t.teardown(() => node.stop())
  return node
}

t.test('50 packets a second between two nodes over loopback', async (t) => {
  const [mouth, ear] = [await nodeOf(t, 'mouth'), await nodeOf(t, 'ear')]
  const heard: Reception[] = []
  const ends: string[] = []
  const ended = Promise.withResolvers<void>()
  listen(ear, (reception, flow) => {
    heard.push(reception)
    t.equal(flow.protocol, '/voice/pcm/v1', 'the version that both speak')
    t.equal(flow.peer, mouth.peer)
    flow.onEnd((reason) => {
      ends.push(reason)
      ended.resolve()
    })
  })
  t.equal(await talk(mouth, ear.addresses[0] ?? '', 1500), 'udp')
  await ended.promise
  t.strictSame(ends, ['closed-by-peer'])
  const [reception] = heard
  t.comment(String(reception))
  // Datagrams may be lost, as where a busy machine is late with one; they are never made up or repeated.
  const received = reception?.received ?? 0
  t.ok(received > 60 && received <= 75, `${received} of 75 received`)
  t.ok((reception?.jitter ?? Number.NaN) >= 0, `jitter ${reception?.jitter} ms`)
  const { counters } = await mouth.status()
  t.ok((counters['datagram.sent-udp'] ?? 0) > 30, 'by UDP as soon as it was proven')
})
