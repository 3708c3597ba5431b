/** Either side of a pair that publishes by MQTT at QoS 1, over a broker that is there already. */
import { readFileSync } from 'node:fs'
import { serve } from '../../frame/serve.ts'
import type { Listening, Publish, Published } from '../../pair/contract.ts'
import { AckCounter, Arrivals } from '../../pair/sides.ts'
import { installed } from './installed.ts'

interface Client {
  on(event: 'message', listener: () => void): void
  subscribeAsync(topic: string, options: { qos: 1 }): Promise<unknown>
  publish(topic: string, message: Buffer, options: { qos: 1 }): void
  endAsync(): Promise<void>
}
interface Mqtt {
  connectAsync(url: string, options: object): Promise<Client>
}
interface Broker {
  /** Of the broker: mqtt:// or mqtts://, and the certificate of a broker with TLS. */
  readonly broker: string
  readonly certificate?: string
}

const TOPIC = 'bench'
const { connectAsync } = (await installed<{ default: Mqtt }>('mqtt')).default
const acks = new AckCounter()
const arrivals = new Arrivals()
let client: Client | undefined

async function join({ broker, certificate }: Broker): Promise<void> {
  const tls = certificate === undefined ? {} : { ca: readFileSync(certificate) }
  client = await connectAsync(broker, { ...tls, protocolVersion: 4 })
}

async function listen(options: Broker): Promise<Listening> {
  await join(options)
  return { address: '', acks: await acks.listen() }
}

async function connect({ acks, ...options }: Listening & Broker): Promise<void> {
  await join(options)
  await arrivals.connect(acks)
}

async function subscribe(): Promise<void> {
  client?.on('message', arrivals.arrived)
  await client?.subscribeAsync(TOPIC, { qos: 1 })
}

async function publish(order: Publish): Promise<Published> {
  const message = Buffer.alloc(order.size, 1)
  const messages = Array.from({ length: order.count }, () => message)
  const sent = await acks.publish(order, messages, (bytes) => client?.publish(TOPIC, bytes, { qos: 1 }))
  return { sent, size: order.size, readings: 1 }
}

serve(
  {
    listen,
    connect,
    subscribe,
    publish,
    ...arrivals.calls
  },
  async () => await client?.endAsync()
)
