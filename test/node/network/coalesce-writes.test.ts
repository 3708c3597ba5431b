import { randomBytes } from 'node:crypto'
import { Socket } from 'node:net'
import type { ConnectionEncrypter, MessageStream, Stream } from '@libp2p/interface'
import t, { type Test } from 'tap'
import { coalesceWrites } from '../../../src/node/network/coalesce-writes.ts'
import type { Network } from '../../../src/node/network/create-network.ts'
import { localTcp, nextEvent, startNetwork } from '../../support/memory-network.ts'

const PROTOCOL = '/sink/v1'

/** As Noise hands it on. */
type Message = Iterable<Buffer> & { readonly byteLength: number; subarray(): Buffer }

/** A connection as @libp2p/tcp makes it, whose system takes what `takes` says. */
function tcpConnection(takes: boolean) {
  const writes: Buffer[] = []
  return {
    writes,
    socket: {
      write(bytes: Uint8Array): boolean {
        writes.push(Buffer.from(bytes))
        return takes
      }
    },
    sendData(data: Message): { sentBytes: number; canSendMore: boolean } {
      let sentBytes = 0
      for (const piece of data) {
        sentBytes += piece.byteLength
        if (!this.socket.write(piece)) return { sentBytes, canSendMore: false }
      }
      return { sentBytes, canSendMore: true }
    }
  }
}

type Tcp = ReturnType<typeof tcpConnection>

/** The connection as the encrypter gets it. */
async function joined(connection: object, side: 'secureInbound' | 'secureOutbound'): Promise<Tcp> {
  let given: unknown
  const secure = async (got: unknown): Promise<never> => {
    given = got
    return {} as never
  }
  const encrypter = { protocol: '/none', secureInbound: secure, secureOutbound: secure }
  await coalesceWrites(encrypter as ConnectionEncrypter)[side](connection as MessageStream)
  return given as Tcp
}

function pieces(...lengths: number[]): Message {
  const made = lengths.map((length) => randomBytes(length))
  const whole = Buffer.concat(made)
  return Object.assign(made, { byteLength: whole.length, subarray: () => whole })
}

t.test('a message of three pieces is one write, of the same bytes', async (t) => {
  for (const side of ['secureInbound', 'secureOutbound'] as const) {
    const connection = await joined(tcpConnection(true), side)
    const message = pieces(2, 400, 16)
    t.same(connection.sendData(message), { sentBytes: 418, canSendMore: true })
    t.same(connection.writes, [message.subarray()])
  }
})

t.test('a full system: everything is handed over, and the writer must wait', async (t) => {
  const connection = await joined(tcpConnection(false), 'secureInbound')
  t.same(connection.sendData(pieces(2, 400, 16)), { sentBytes: 418, canSendMore: false })
  t.equal(connection.writes.length, 1)
})

t.test('long messages are not copied', async (t) => {
  const connection = await joined(tcpConnection(true), 'secureInbound')
  connection.sendData(pieces(2, 60_000, 16))
  t.same(
    connection.writes.map(({ length }) => length),
    [2, 60_000, 16]
  )
})

t.test('another transport’s connection is left alone', async (t) => {
  const connection = { sendData: () => {} }
  const { sendData } = connection
  t.equal(await joined(connection, 'secureInbound'), connection as unknown as Tcp)
  t.equal(connection.sendData, sendData)
})

async function network(t: Test): Promise<Network> {
  const made = await startNetwork({ carrier: localTcp() })
  t.teardown(() => made.stop())
  return made
}

t.test('over TCP: bytes, back-pressure and close as ever, in fewer writes', async (t) => {
  const [here, there] = [await network(t), await network(t)]
  const inbound = Promise.withResolvers<Stream>()
  await there.handle(PROTOCOL, (stream) => inbound.resolve(stream))
  const connection = await here.dial(there.getMultiaddrs())
  const stream = await connection.newStream(PROTOCOL)
  const first = randomBytes(200)
  const writes = t.capture(Socket.prototype, 'write', Socket.prototype.write)
  stream.send(first)
  t.equal(writes().length, 1, 'one message, one write')
  const received: Buffer[] = []
  const far = await inbound.promise
  far.addEventListener('message', ({ data }) => received.push(Buffer.from(data.subarray())))
  const sent: Buffer[] = [first]
  let waits = 0
  for (let round = 0; round < 40; round++) {
    const bytes = randomBytes(1 + round * 2500)
    sent.push(bytes)
    if (stream.send(bytes)) continue
    waits++
    await nextEvent(stream, 'drain')
  }
  const ended = nextEvent(far, 'remoteCloseWrite')
  await stream.close()
  await ended
  t.ok(waits > 0, 'the writer had to wait')
  t.ok(Buffer.concat(received).equals(Buffer.concat(sent)), `${Buffer.concat(received).length} bytes`)
})
