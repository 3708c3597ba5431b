import { Segment } from '../../support/namespaces/segment.ts'
import { hasEachOnce, hears, keepsAll, measuredBy, newest, type Scenario } from '../scenario.ts'

export const renumbering: Scenario = {
  name: 'a network gets new addresses, as from a new router',
  deadline: 100,
  async run(net) {
    const segment = net.use(new Segment())
    const machines = [segment.machine('m1', '10.5.0.1'), segment.machine('m2', '10.5.0.2')]
    const config = { ...keepsAll, limits: { network: { interfaceCheck: '5s' } } }
    const [a, b] = await Promise.all(machines.map((one) => one.node({ config, discovery: true })))
    if (!a || !b) throw new Error('two were started')
    await net.within(
      30,
      'they find each other by mDNS',
      async () => (await hears(a, b)) && (await hears(b, a))
    )
    for (const [index, machine] of machines.entries()) {
      machine.ip('addr', 'flush', 'dev', 'eth0')
      machine.ip('addr', 'add', `10.6.0.${index + 1}/24`, 'dev', 'eth0')
    }
    const before = { a: await newest(b, a), b: await newest(a, b) }
    // The connections of before end by pings, which go by the system's clock.
    await net.within(60, 'they hear each other at the new addresses', async () => {
      return (await newest(b, a)) > before.a + 2 && (await newest(a, b)) > before.b + 2
    })
    const measured = await measuredBy(a, b)
    for (const node of [a, b])
      await net.within(20, 'each reading of the other is there once', () => hasEachOnce(node, measured))
  }
}
