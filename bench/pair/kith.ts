/** Either side of a pair of whole nodes of kith, each with one sensor. */
import { setImmediate as turn } from 'node:timers/promises'
import { systemClock, withDeadline } from '../../src/clock.ts'
import { isNodeError } from '../../src/error.ts'
import { ephemeralIdentity } from '../../src/peer/identity/identity.ts'
import type { SealedReadings } from '../../src/reading/signed/sealed.ts'
import { DEVICE, MadeUpPacks, TOPIC } from '../frame/made-up-packs.ts'
import { serve } from '../frame/serve.ts'
import type { Ask, Listening, Publish, Published } from './contract.ts'
import { loopbackNode } from './loopback-node.ts'
import { AckCounter, Arrivals, timed } from './sides.ts'

const SENSOR = 'air'
const BLOCK = 256
const identity = await ephemeralIdentity()
const node = await loopbackNode('pair', identity)
const { assembled } = node
// The made-up device is no sensor of the configuration, and what is none is private.
assembled.peers.access.update([], new Set())
const packs = new MadeUpPacks(identity, assembled.sensing.author().run)
const acks = new AckCounter()
const arrivals = new Arrivals()
const { signal } = new AbortController()
let other = ''

async function listen(): Promise<Listening> {
  return { address: node.addresses[0] ?? '', acks: await acks.listen() }
}

async function connect({ address, acks }: Listening): Promise<void> {
  other = address.replace(/^.*\/p2p\//, '')
  assembled.peers.autoDialer.remember(other, [address])
  await arrivals.connect(acks)
}

async function ask(order: Ask): Promise<number[]> {
  const one = questionOf(order.variant)
  await untilSampled(one)
  if (order.variant === 'datagram') await untilByUdp(one)
  return await timed(order, one)
}

function questionOf(variant: string): () => Promise<unknown> {
  const { queries, datagramQueries } = assembled.clients
  const question = { who: other, n: SENSOR }
  switch (variant) {
    case 'stream':
      return () => queries.read(other, [TOPIC], question, signal)
    case 'datagram':
      return async () => await datagramQueries?.read(other, [TOPIC], question, signal)
    case 'application':
      return () => node.operations.ask({ who: other, what: SENSOR, by: 'stream' }, signal)
    default:
      throw new Error(`there is no variant ${variant}`)
  }
}

/** The first sample comes at the random phase of the sensor. */
async function untilSampled(ask: () => Promise<unknown>): Promise<void> {
  for (;;)
    try {
      await ask()
      return
    } catch (error) {
      if (!isNodeError(error, 'no-data') && !isNodeError(error, 'no-such')) throw error
      await systemClock.sleep(50)
    }
}

/** A stream carries datagrams until the path is validated. */
async function untilByUdp(ask: () => Promise<unknown>): Promise<void> {
  const sent = (): number => assembled.transports.datagrams?.status().traffic.sentUdp ?? 0
  await withDeadline(systemClock, 20_000, 'a question by UDP', async (signal) => {
    for (let before = sent(); sent() === before; ) {
      await ask()
      await systemClock.sleep(10, signal)
    }
  })
}

function subscribe(): void {
  assembled.storage.hub.subscribe({
    match: ({ device }) => device === DEVICE,
    onSealed: arrivals.arrived
  })
}

async function publish(order: Publish): Promise<Published> {
  const { pubsub } = assembled.transports.network.services
  await withDeadline(systemClock, 20_000, 'a subscriber', async (signal) => {
    while (pubsub.getSubscribers(TOPIC).length === 0) await systemClock.sleep(20, signal)
  })
  const messages: SealedReadings[] = []
  for (let i = 0; i < order.count; i++) {
    messages.push(packs.make(order.readings))
    // Between two, the connection is kept alive.
    await turn()
  }
  const sent = await acks.publish(order, messages, (pack) =>
    assembled.publishing.publisher.publish(pack, 'everyone')
  )
  const [first] = messages
  return { sent, size: first?.bytes.length ?? 0, readings: first?.readings.length ?? 0 }
}

/** Puts readings into the history of this node, which seals them in blocks, 256 in each. */
async function fill({ count }: { readonly count: number }): Promise<void> {
  const { history } = assembled.storage
  for (let left = count; left > 0; left -= BLOCK) {
    history.appendOwn(packs.readings(Math.min(left, BLOCK)))
    await turn()
  }
}

/** Asks for all that the other node has of the made-up series, as replication does. */
async function transfer(): Promise<{ readonly readings: number; readonly seconds: number }> {
  const began = performance.now()
  let readings = 0
  const question = { who: other, n: `${DEVICE}/temperature` }
  for await (const event of assembled.clients.queries.history(other, [TOPIC], question, signal)) {
    if (event.kind !== 'sealed') continue
    assembled.replication.intake.receive(event.sealed, 'history')
    readings += event.sealed.readings.length
  }
  return { readings, seconds: (performance.now() - began) / 1000 }
}

serve(
  {
    listen,
    connect,
    ask,
    subscribe,
    publish,
    fill,
    transfer,
    ...arrivals.calls
  },
  () => node.stop()
)
