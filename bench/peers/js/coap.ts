/** Either side of a pair of node-coap: a confirmable request and its answer (RFC 7252). */
import { serve } from '../../frame/serve.ts'
import type { Ask, Listening } from '../../pair/contract.ts'
import { timed } from '../../pair/sides.ts'
import { installed } from './installed.ts'

interface Coap {
  createServer(answer: (request: unknown, response: { end(bytes: Buffer): void }) => void): Server
  request(options: object): Request
  Agent: new (options: { type: string }) => unknown
}
interface Server {
  listen(port: number, host: string, done: () => void): void
  readonly _sock: { address(): { port: number } }
}
interface Request {
  on(event: 'response' | 'error', listener: (value: unknown) => void): void
  end(): void
}

const coap = await installed<Coap>('coap')
let port = 0

async function listen({ size = 200 }: { readonly size?: number }): Promise<Listening> {
  const server = coap.createServer((_, response) => response.end(Buffer.alloc(size, 1)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { address: `127.0.0.1:${server._sock.address().port}`, acks: 0 }
}

function connect({ address }: Listening): void {
  port = Number(address.split(':')[1])
}

async function ask(order: Ask): Promise<number[]> {
  const agent = new coap.Agent({ type: 'udp4' })
  const options = { hostname: '127.0.0.1', port, pathname: '/t', confirmable: true, agent }
  return await timed(order, async () => {
    return await new Promise((resolve, reject) => {
      const request = coap.request(options)
      request.on('response', resolve)
      request.on('error', reject)
      request.end()
    })
  })
}

serve({ listen, connect, ask })
