import { whyNoLoss } from '../../support/namespaces/namespaces.ts'
import { Segment } from '../../support/namespaces/segment.ts'
import { addressAt, hasEachOnce, keepsAll, measuredBy, newest, type Scenario } from '../scenario.ts'

const PART = 0.3

export const loss: Scenario = {
  name: `${100 * PART} % of the packets are lost on the way to each of three machines`,
  deadline: 120,
  whyNot: whyNoLoss,
  async run(net) {
    const segment = net.use(new Segment())
    const machines = ['1', '2', '3'].map((n) => segment.machine(`m${n}`, `10.4.0.${n}`))
    // By the clock of the network: TCP does not send a lost packet again any sooner for a hurried one.
    const [a, b, c] = await Promise.all(machines.map((one) => one.node({ hurry: 1, config: keepsAll })))
    if (!a || !b || !c) throw new Error('three were started')
    for (const machine of machines) machine.lose(PART)
    await b.call('bookPut', { name: 'a', who: addressAt('10.4.0.1', a) })
    await c.call('bookPut', { name: 'b', who: addressAt('10.4.0.2', b) })
    await a.call('bookPut', { name: 'right', who: c.peer })
    await c.call('bookPut', { name: 'left', who: a.peer })
    await net.within(60, 'the ends hear each other over the one between', async () => {
      return (await newest(a, c)) >= 0 && (await newest(c, a)) >= 0
    })
    const before = await newest(a, c)
    await net.within(30, 'readings go on coming', async () => (await newest(a, c)) >= before + 5)
    const measured = await measuredBy(a, c)
    for (const [name, node] of Object.entries({ first: a, last: c }))
      await net.within(60, `the ${name} has each reading of the other once`, () =>
        hasEachOnce(node, measured)
      )
    await net.within(60, 'a question is answered', async () => {
      const series = await a.call<{ peer: string }[]>('ask', { who: b.peer })
      return series.some(({ peer }) => peer === b.peer)
    })
  }
}
