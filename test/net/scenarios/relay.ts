import { join } from 'node:path'
import type { PeerView, PingReply, SeriesView, Status } from '../../../src/node/api/operations.ts'
import {
  type FarNode,
  type FarNodeOptions,
  type Namespace,
  type Tally,
  whyNoIptables
} from '../../support/namespaces/namespaces.ts'
import { Segment } from '../../support/namespaces/segment.ts'
import { addressAt, letPass, type Net, type Scenario } from '../scenario.ts'

const DEN = '203.0.113.1'
/** Seconds after which a relay that returned is held again. */
const RETURNED = 15
const YEAR = 365 * 86_400_000
/** Readings that fill more than 5 MiB of blocks. */
const FILL = 60_000

/** A relay on the open network, and two machines behind a router each that lets nobody in. */
class World {
  readonly #wide: Segment
  readonly den: Namespace
  readonly hall: Namespace
  readonly desk: Namespace

  constructor(net: Net) {
    this.#wide = net.use(new Segment('wide'))
    this.den = this.#wide.machine('den', DEN)
    this.hall = this.#wide.behindRouter('hall', '10.1.0', '203.0.113.10')
    this.desk = this.#wide.behindRouter('desk', '10.2.0', '203.0.113.20')
  }

  /** Another machine on the open network. */
  machine(label: string, address: string): Namespace {
    return this.#wide.machine(label, address)
  }
}

async function know(node: FarNode, name: string, other: FarNode, relay?: string): Promise<void> {
  await node.call('bookPut', { name, who: other.peer, ...(relay === undefined ? {} : { relays: [relay] }) })
}

async function isHeld(node: FarNode): Promise<boolean> {
  const { relays = [] } = await node.call<Status>('status')
  return relays.length > 0 && relays.every(({ held }) => held)
}

async function whyNot(node: FarNode): Promise<string> {
  return (await node.call<Status>('status')).relays?.[0]?.why ?? ''
}

async function answers(node: FarNode, who: string): Promise<boolean> {
  return (await node.call<SeriesView[]>('ask', { who, timeout: 5000 })).length > 0
}

async function failure(node: FarNode, who: string): Promise<string> {
  return await node.call('ask', { who, timeout: 5000 }).then(
    () => 'none',
    (error: Error) => error.message
  )
}

async function pathTo(node: FarNode, { peer }: FarNode): Promise<string> {
  return (await node.call<PeerView[]>('peers')).find((one) => one.peer === peer)?.path.text ?? ''
}

async function counter(node: FarNode, name: string): Promise<number> {
  return (await node.call<Status>('status')).counters[name] ?? 0
}

export const relay: Scenario = {
  name: 'two behind routers meet at a relay, which is away, restarted, full, and refuses',
  deadline: 120,
  whyNot: whyNoIptables,
  async run(net) {
    const homes = net.folder()
    const world = new World(net)
    const [denHome, hallHome] = [join(homes, 'den'), join(homes, 'hall')]
    // Through a neighbour that knows both, as the relay does, nothing would be left to it.
    const startDen = (config: object = {}): Promise<FarNode> =>
      world.den.node({
        hurry: 1,
        home: denHome,
        config: { relay: { serve: 'book' }, via: { serve: 'off' }, ...config }
      })
    let den = await startDen()
    const atDen = addressAt(DEN, den)
    await den.kill()
    const startHall = (more: FarNodeOptions = {}): Promise<FarNode> =>
      world.hall.node({ hurry: 1, home: hallHome, config: { relays: [atDen] }, ...more })
    let hall = await startHall({ fill: FILL })
    const desk = await world.desk.node({ hurry: 1 })
    await know(hall, 'desk', desk)
    await know(desk, 'hall', hall, atDen)
    await know(desk, 'den', den)
    await letPass(2)
    net.check('a relay that is absent is not held', (await whyNot(hall)) !== '' && !(await isHeld(hall)))

    den = await startDen()
    await know(den, 'hall', hall)
    await know(den, 'desk', desk)
    await net.within(RETURNED, 'it is held once it is there', () => isHeld(hall))
    await net.within(10, 'who reserves is reached by its name', () => answers(desk, 'hall'))
    net.check('the path is shown', /^relay den, \d+ KiB left$/.test(await pathTo(desk, hall)))
    const pings = await desk.call<PingReply[]>('ping', { who: 'hall', count: 1 })
    net.check('ping', pings[0]?.path?.startsWith('relay den') === true)

    const begun = performance.now()
    const { readings, isWhole } = await desk.call<Tally>('tally', { who: 'hall', what: 'air' })
    const [bytes, circuits] = [
      await counter(den, 'relay.serve-bytes'),
      await counter(den, 'relay.serve-carried')
    ]
    console.log(
      `    ${readings} readings, ${bytes} bytes, ${circuits} circuits, ${((performance.now() - begun) / 1000).toFixed(1)} s`
    )
    net.check('history of 5 MiB over circuits of 128 KiB has no gap', isWhole && readings >= FILL)
    net.check('it went over the relay', bytes > 5 * 1024 * 1024 && circuits >= 40)

    await den.kill()
    net.check(
      'without the relay the error names it',
      /relay den: 203\.0\.113\.1/.test(await failure(desk, 'hall'))
    )
    den = await startDen()
    await net.within(RETURNED, 'a relay that was killed is held again', () => isHeld(hall))
    await net.within(10, 'and reached over', () => answers(desk, 'hall'))

    const stranger = await world
      .machine('stranger', '203.0.113.30')
      .node({ hurry: 1, config: { relays: [atDen] } })
    await know(stranger, 'hall', hall, atDen)
    net.check('a stranger opens no circuit', /does not serve this node/.test(await failure(stranger, 'hall')))
    net.check('and reserves nothing', !(await isHeld(stranger)))
    await know(den, 'stranger', stranger)
    net.check(
      'a stranger to the target is told that there is no reservation',
      /hall has no reservation there/.test(await failure(stranger, 'hall'))
    )
    await stranger.kill()

    await full(net, world, { atDen, hall, den, startDen, desk })
    den = await startDen()
    for (const [name, clockOffset] of [
      ['at 1970', -Date.now()],
      ['a year ahead', YEAR]
    ] as const) {
      await hall.kill()
      await den.call('bookRemove', 'hall').catch(() => undefined)
      hall = await startHall({
        clockOffset,
        config: { relays: [atDen], limits: { relay: { refusedMax: '10s' } } }
      })
      await net.within(RETURNED, 'a relay that refuses is not held', async () =>
        /does not serve/.test(await whyNot(hall))
      )
      await know(den, 'hall', hall)
      await net.within(RETURNED, `once it serves it is held, the clock ${name}`, () => isHeld(hall))
      await den.kill()
      await letPass(1)
      den = await startDen()
      await net.within(RETURNED, 'and again after a restart', () => isHeld(hall))
      await net.within(10, 'and reached over', () => answers(desk, 'hall'))
    }
  }
}

interface Full {
  readonly atDen: string
  readonly hall: FarNode
  readonly den: FarNode
  readonly desk: FarNode
  readonly startDen: (config?: object) => Promise<FarNode>
}

/** A relay with one place, which another one takes first. */
async function full(net: Net, world: World, { atDen, hall, den, desk, startDen }: Full): Promise<void> {
  const porch = await world.machine('porch', '203.0.113.40').node({ hurry: 1, config: { relays: [atDen] } })
  await know(den, 'porch', porch)
  await net.within(RETURNED, 'another one reserves, too', () => isHeld(porch))
  await den.kill()
  const small = await startDen({ limits: { relay: { reservations: 1 } } })
  await net.within(
    RETURNED,
    'one of two has the only place',
    async () => (await isHeld(hall)) !== (await isHeld(porch))
  )
  const other = (await isHeld(hall)) ? porch : hall
  await net.within(RETURNED, 'the other one learns why', async () => /no room/.test(await whyNot(other)))
  await porch.kill()
  await net.within(RETURNED, 'the place is taken when it is free', () => isHeld(hall))
  await net.within(10, 'and reached over', () => answers(desk, 'hall'))
  await small.kill()
}
