/** The other process of a pair: a node that is asked and publishes, and a bare libp2p beside it. */
import { setImmediate as turn } from 'node:timers/promises'
import { systemClock, withDeadline } from '../../src/clock.ts'
import { ephemeralIdentity } from '../../src/peer/identity/identity.ts'
import { MadeUpPacks, TOPIC } from '../frame/made-up-packs.ts'
import { BARE_TOPIC, type BareNetwork, bareNetwork } from './bare-network.ts'
import { loopbackNode } from './loopback-node.ts'
import { now, type Order, type Published, type ToParent, type ToPeer, WINDOW } from './pair-messages.ts'

/** Makes one message and returns the function that publishes it. */
type Make = () => { readonly readings: number; readonly size: number; publish(): unknown }

const identity = await ephemeralIdentity()
const node = await loopbackNode('asked', identity)
const bare = await bareNetwork()
const { publisher } = node.assembled.publishing
const packs = new MadeUpPacks(identity, node.assembled.sensing.author().run)

let underWay = 0
let taken: () => void = () => {}

process.on('message', (message: ToPeer) => {
  if ('took' in message) {
    underWay -= message.took
    taken()
  } else void carryOut(message.order).then((published) => report({ published }))
})
process.on('disconnect', () => process.exit())
report({
  introduction: {
    kith: { peer: node.peer, addresses: node.addresses },
    bare: { peer: bare.peerId.toString(), addresses: bare.getMultiaddrs().map(String) }
  }
})

function report(message: ToParent): void {
  process.send?.(message)
}

async function carryOut(order: Order): Promise<Published[]> {
  const make = order.by === 'kith' ? kithMaker(order) : bareMaker(bare, order)
  await subscribed(order)
  underWay = 0
  return order.spacing > 0 ? await spaced(make, order) : await crowded(make, order)
}

function kithMaker({ readings }: Order): Make {
  return () => {
    const pack = packs.make(readings)
    return {
      readings: pack.readings.length,
      size: pack.bytes.length,
      publish: () => publisher.publish(pack, 'everyone')
    }
  }
}

function bareMaker({ services }: BareNetwork, { size }: Order): Make {
  return () => {
    const bytes = new Uint8Array(size)
    return { readings: 1, size, publish: () => services.pubsub.publish(BARE_TOPIC, bytes) }
  }
}

async function spaced(make: Make, { count, spacing }: Order): Promise<Published[]> {
  const published: Published[] = []
  for (let i = 0; i < count; i++) {
    const began = now()
    const { publish, readings, size } = make()
    const sent = now()
    await publish()
    published.push({ readings, size, began, sent })
    await systemClock.sleep(spacing)
  }
  return published
}

async function crowded(make: Make, { count }: Order): Promise<Published[]> {
  const messages = []
  for (let i = 0; i < count; i++) {
    messages.push(make())
    // Between two, the connection is kept alive.
    await turn()
  }
  const published: Published[] = []
  for (const { publish, readings, size } of messages) {
    const sent = now()
    await publish()
    published.push({ readings, size, began: sent, sent })
    underWay++
    while (underWay >= WINDOW) await new Promise<void>((resolve) => (taken = resolve))
  }
  return published
}

/** Waits until the other process is known to subscribe to the topic. */
async function subscribed({ by }: Order): Promise<void> {
  const { pubsub } = by === 'kith' ? node.assembled.transports.network.services : bare.services
  const topic = by === 'kith' ? TOPIC : BARE_TOPIC
  await withDeadline(systemClock, 10_000, 'a subscriber', async (signal) => {
    while (pubsub.getSubscribers(topic).length === 0) await systemClock.sleep(20, signal)
  })
}
