import type { SeriesView } from '../../../src/node/api/operations.ts'
import type { FarNode, Namespace } from '../../support/namespaces/namespaces.ts'
import { Segment } from '../../support/namespaces/segment.ts'
import {
  addressAt,
  hasEachOnce,
  hears,
  keepsAll,
  letPass,
  measuredBy,
  type Net,
  pathTo,
  type Scenario
} from '../scenario.ts'

const USED_WITHIN = 5
/** Seconds that the short path is there, and away. */
const FLAP = 5

interface House {
  readonly machines: readonly [thermometer: Namespace, screen: Namespace]
  readonly thermometer: FarNode
  readonly screen: FarNode
}

/** Two networks that a hall joins, with a thermometer in one and a screen in the other, which know each other. */
async function house(net: Net): Promise<House> {
  const [first, second] = [net.use(new Segment('first')), net.use(new Segment('second'))]
  const between = first.machine('hall', '10.20.0.1')
  second.plug(between, '10.21.0.1', 'wlan0')
  const [cellar, desk] = [first.machine('thermometer', '10.20.0.2'), second.machine('screen', '10.21.0.2')]
  // By the clock of the network: what is measured is how soon a path is used.
  const options = { hurry: 1, discovery: true, config: keepsAll }
  const [hall, thermometer, screen] = await Promise.all([
    between.node({ hurry: 1 }),
    cellar.node(options),
    desk.node(options)
  ])
  for (const [name, { peer }] of Object.entries({ thermometer, screen }))
    await hall.call('bookPut', { name, who: peer })
  await thermometer.call('bookPut', { name: 'hall', who: addressAt('10.20.0.1', hall) })
  await screen.call('bookPut', { name: 'hall', who: addressAt('10.21.0.1', hall) })
  await thermometer.call('bookPut', { name: 'screen', who: screen.peer })
  await screen.call('bookPut', { name: 'thermometer', who: thermometer.peer })
  return { machines: [cellar, desk], thermometer, screen }
}

async function isAnswered(screen: FarNode, path: RegExp): Promise<boolean> {
  const series = await screen.call<SeriesView[]>('ask', { who: 'thermometer' })
  return series.length > 0 && series.every((one) => path.test(one.path ?? ''))
}

export const shortcut: Scenario = {
  name: 'a direct path appears beside the one through a neighbour, and comes and goes',
  deadline: 110,
  async run(net) {
    const { machines, thermometer, screen } = await house(net)
    await net.within(20, 'gossip passes', () => hears(screen, thermometer))
    await net.within(20, 'a question is answered over via', () => isAnswered(screen, /^via hall/))

    const direct = net.use(new Segment('direct'))
    for (const [i, machine] of machines.entries()) direct.plug(machine, `10.22.0.${2 + i}`, 'eth1')
    await net.within(USED_WITHIN, 'the direct path is used', () => isAnswered(screen, /^direct/))

    const [cellar] = machines
    for (const isSilent of [true, false, true]) {
      const away = (is: boolean): void => {
        if (isSilent) direct.cut(cellar, is)
        else cellar.ip('link', 'set', 'eth1', is ? 'down' : 'up')
      }
      away(true)
      await letPass(FLAP)
      away(false)
      await letPass(FLAP)
    }
    const measured = await measuredBy(thermometer)
    await net.within(20, 'it came and went: each reading is there once', () => hasEachOnce(screen, measured))
    await net.within(20, 'a question is answered', () => isAnswered(screen, /^(via|direct)/))
    net.check('some path is shown', (await pathTo(screen, thermometer))?.kind !== 'none')
  }
}
