import type { SeriesView } from '../../../src/node/api/operations.ts'
import type { FarNode } from '../../support/namespaces/namespaces.ts'
import { Segment } from '../../support/namespaces/segment.ts'
import { addressAt, hears, letPass, type Scenario } from '../scenario.ts'

const HEALED_WITHIN = 15
/** Seconds without the machine between: TCP outlasts the first, the pings of the nodes do not outlast the second. */
const AWAY = [3, 25]

async function isAnswered(asker: FarNode, { peer }: FarNode): Promise<boolean> {
  const series = await asker.call<SeriesView[]>('ask', { who: peer })
  return series.length > 0
}

export const middleReturns: Scenario = {
  name: 'the machine that joins two networks leaves one and returns',
  deadline: 80,
  async run(net) {
    const [first, second] = [net.use(new Segment('first')), net.use(new Segment('second'))]
    const between = first.machine('hall', '10.7.0.1')
    second.plug(between, '10.8.0.1', 'wlan0')
    const machines = [between, first.machine('thermometer', '10.7.0.2'), second.machine('asker', '10.8.0.2')]
    const [hall, thermometer, asker] = await Promise.all(machines.map((one) => one.node({})))
    if (!hall || !thermometer || !asker) throw new Error('three were started')
    await hall.call('bookPut', { name: 'thermometer', who: thermometer.peer })
    await hall.call('bookPut', { name: 'asker', who: asker.peer })
    await thermometer.call('bookPut', { name: 'hall', who: addressAt('10.7.0.1', hall) })
    await thermometer.call('bookPut', { name: 'asker', who: asker.peer })
    await asker.call('bookPut', { name: 'hall', who: addressAt('10.8.0.1', hall) })
    await asker.call('bookPut', { name: 'thermometer', who: thermometer.peer })
    await net.within(20, 'gossip passes between the two of the book', () => hears(asker, thermometer))
    await net.within(20, 'a question is answered', () => isAnswered(asker, thermometer))
    for (const seconds of AWAY) {
      second.cut(between, true)
      await letPass(seconds)
      second.cut(between, false)
      await net.within(HEALED_WITHIN, `back after ${seconds} s: answered again`, () =>
        isAnswered(asker, thermometer)
      )
    }
  }
}
