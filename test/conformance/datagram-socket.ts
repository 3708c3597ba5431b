import type { Test } from 'tap'
import type {
  DatagramSocket,
  DatagramSockets,
  DatagramSource,
  IpFamily
} from '../../src/hal/datagram-socket.ts'

/** Two machines, or one twice, whose UDP is to be tried. */
export interface SocketsUnderTest {
  readonly sockets: readonly [DatagramSockets, DatagramSockets]
  readonly hosts: readonly [string, string]
  readonly family: IpFamily
  /** Resolves when what was sent has arrived; `until` may be asked again and again. */
  settle(until: () => boolean): Promise<void>
}

interface End {
  readonly socket: DatagramSocket
  readonly received: { bytes: Buffer; from: DatagramSource }[]
}

async function bind(sockets: DatagramSockets, family: IpFamily, host: string, port = 0): Promise<End> {
  const received: End['received'] = []
  const onMessage = (bytes: Buffer, { address, port }: DatagramSource): void => {
    received.push({ bytes, from: { address, port } })
  }
  const onError = (error: Error): void => {
    throw error
  }
  return { socket: await sockets.bind({ family, host, port, onMessage, onError }), received }
}

/** What every DatagramSockets must do. */
export function datagramSocketConformance(test: Test, make: () => SocketsUnderTest): void {
  test.test('a datagram arrives as it was sent, with its source', async (t) => {
    const { sockets, hosts, family, settle } = make()
    const one = await bind(sockets[0], family, hosts[0])
    const other = await bind(sockets[1], family, hosts[1])
    t.ok(one.socket.port > 0)
    t.equal(one.socket.family, family)
    for (const size of [0, 1, 1200]) {
      t.equal(one.socket.send(Buffer.alloc(size, size), other.socket.port, hosts[1]), 'sent')
      await settle(() => other.received.length > 0)
      const [arrived] = other.received.splice(0)
      t.same(arrived?.bytes, Buffer.alloc(size, size))
      t.same(arrived?.from, { address: hosts[0], port: one.socket.port })
    }
    await one.socket.close()
    await other.socket.close()
  })

  test.test('sent bytes may be reused at once, received bytes are one’s own', async (t) => {
    const { sockets, hosts, family, settle } = make()
    const one = await bind(sockets[0], family, hosts[0])
    const other = await bind(sockets[1], family, hosts[1])
    const buffer = Buffer.alloc(4)
    for (let i = 0; i < 10; i++) {
      buffer.fill(i)
      one.socket.send(buffer, other.socket.port, hosts[1])
    }
    await settle(() => other.received.length === 10)
    t.same(
      other.received.map(({ bytes }) => bytes[0]),
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    )
    await one.socket.close()
    await other.socket.close()
  })

  test.test('a closed socket drops, and closing twice is the same', async (t) => {
    const { sockets, hosts, family } = make()
    const one = await bind(sockets[0], family, hosts[0])
    await one.socket.close()
    await one.socket.close()
    t.equal(one.socket.send(Buffer.alloc(1), 9999, hosts[1]), 'dropped')
  })

  test.test('port 0 is no place to send to: dropped, without an exception', async (t) => {
    const { sockets, hosts, family } = make()
    const one = await bind(sockets[0], family, hosts[0])
    t.equal(one.socket.send(Buffer.alloc(1), 0, hosts[1]), 'dropped')
    await one.socket.close()
  })

  test.test('without a listener no error reaches the sender', async (t) => {
    const { sockets, hosts, family, settle } = make()
    const one = await bind(sockets[0], family, hosts[0])
    const other = await bind(sockets[1], family, hosts[1])
    await other.socket.close()
    one.socket.send(Buffer.alloc(1), other.socket.port, hosts[1])
    const again = await bind(sockets[1], family, hosts[1])
    one.socket.send(Buffer.alloc(2), again.socket.port, hosts[1])
    await settle(() => again.received.length === 1)
    t.equal(again.received.length, 1)
    await one.socket.close()
    await again.socket.close()
  })

  test.test('a port is bound once, and is free after close', async (t) => {
    const { sockets, hosts, family } = make()
    const one = await bind(sockets[0], family, hosts[0])
    const { port } = one.socket
    await t.rejects(bind(sockets[0], family, hosts[0], port), { code: 'port-in-use' })
    await one.socket.close()
    const again = await bind(sockets[0], family, hosts[0], port)
    t.equal(again.socket.port, port)
    await again.socket.close()
  })
}
