/** Either side of a pair over node:dgram: bytes there and back. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { serve } from '../../frame/serve.ts'
import type { Ask, Listening } from '../../pair/contract.ts'
import { timed } from '../../pair/sides.ts'

const socket = createSocket('udp4')
socket.bind(0, '127.0.0.1')
await once(socket, 'listening')
let port = 0

function listen(): Listening {
  socket.on('message', (bytes, from) => socket.send(bytes, from.port, from.address))
  return { address: `127.0.0.1:${socket.address().port}`, acks: 0 }
}

function connect({ address }: Listening): void {
  port = Number(address.split(':')[1])
}

async function ask({ size, ...order }: Ask): Promise<number[]> {
  const request = Buffer.alloc(size, 1)
  let answered: (bytes: Buffer) => void = () => {}
  socket.removeAllListeners('message').on('message', (bytes) => answered(bytes))
  return await timed(order, () => {
    const answer = new Promise((resolve) => (answered = resolve))
    socket.send(request, port, '127.0.0.1')
    return answer
  })
}

serve({ listen, connect, ask })
