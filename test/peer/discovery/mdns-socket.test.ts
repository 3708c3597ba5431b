import { once } from 'node:events'
import t from 'tap'
import { hasRoom, mdnsSocket } from '../../../src/peer/discovery/mdns-socket.ts'

const QUESTION = Buffer.from('045f703270045f756470056c6f63616c00000c0001', 'hex')

function packet(counts: readonly number[], body: Uint8Array): Buffer {
  const head = Buffer.alloc(12)
  for (const [i, count] of counts.entries()) head.writeUInt16BE(count, 4 + 2 * i)
  return Buffer.concat([head, body])
}

t.test('a head may count what the packet has room for', async (t) => {
  t.equal(hasRoom(packet([0, 0, 0, 0], Buffer.alloc(0))), true)
  t.equal(hasRoom(packet([1, 0, 0, 0], QUESTION)), true)
  t.equal(hasRoom(packet([0, 0, 0, 1], Buffer.alloc(5))), true, 'the root, and nothing of it')
  t.equal(hasRoom(packet([0, 0, 0, 1], Buffer.alloc(4))), false)
  t.equal(hasRoom(packet([65_535, 65_535, 65_535, 65_535], QUESTION)), false)
  t.equal(hasRoom(packet([0, 65_535, 0, 0], Buffer.alloc(60_000))), false)
})

t.test('heads that are cut short have no room, or count nothing', async (t) => {
  const whole = packet([1, 0, 0, 0], QUESTION)
  for (let length = 0; length < 17; length++)
    t.equal(hasRoom(whole.subarray(0, length)), false, `${length} bytes`)
})

t.test('a packet from port 0 is not handed on: an answer to that port is an exception in Node', async (t) => {
  const socket = mdnsSocket()
  t.teardown(() => socket.close())
  const ports: number[] = []
  socket.on('message', (_message, { port }) => ports.push(port))
  const from = { address: '127.0.0.1', family: 'IPv4', size: 33 }
  for (const port of [0, 1, 65_535])
    t.equal(socket.emit('message', packet([1, 0, 0, 0], QUESTION), { ...from, port }), port !== 0)
  t.same(ports, [1, 65_535])
})

t.test('the socket hands on the others', async (t) => {
  const socket = mdnsSocket()
  t.teardown(() => socket.close())
  const seen: string[] = []
  socket.on('message', (message) => seen.push(message.toString('hex')))
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const { port } = socket.address()
  const good = packet([1, 0, 0, 0], QUESTION)
  socket.send(packet([65_535, 0, 0, 0], QUESTION), port, '127.0.0.1')
  socket.send(good, port, '127.0.0.1')
  await once(socket, 'message')
  t.same(seen, [good.toString('hex')])
})
