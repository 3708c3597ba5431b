/** A broker of MQTT: aedes. */
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { serve } from '../../frame/serve.ts'
import { installed } from './installed.ts'

interface Exports {
  readonly Aedes: { createBroker(): Promise<{ handle(socket: Socket): void }> }
}

async function start(): Promise<{ readonly port: number }> {
  const { Aedes } = await installed<Exports>('aedes')
  const broker = await Aedes.createBroker()
  const server = createServer({ noDelay: true }, (socket) => broker.handle(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { port: (server.address() as AddressInfo).port }
}

serve({ start })
