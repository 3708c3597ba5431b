import { Namespace } from '../../support/namespaces/namespaces.ts'
import { Segment } from '../../support/namespaces/segment.ts'
import { hears, letPass, newest, type Scenario } from '../scenario.ts'

export const lateInterface: Scenario = {
  name: 'an interface that comes after the node, goes, and is made anew; no default route',
  deadline: 40,
  async run(net) {
    const segment = net.use(new Segment())
    const machine = net.use(new Namespace('late'))
    const config = { limits: { network: { interfaceCheck: '5s', pingInterval: '2s', pingTimeout: '2s' } } }
    const options = { config, discovery: true }
    const [a, b] = await Promise.all([
      machine.node(options),
      segment.machine('m2', '10.11.0.2').node(options)
    ])
    if (!a || !b) throw new Error('two were started')
    const both = async (): Promise<boolean> => (await hears(a, b)) && (await hears(b, a))
    net.check('without an interface nobody is heard', !(await both()))
    segment.plug(machine, '10.11.0.1', 'eth0')
    await net.within(15, 'with one they find each other', both)
    await net.within(10, 'and identify tells where it is now', async () =>
      (await b.call<string[]>('addressesOf', a.peer)).some((one) => one.includes('10.11.0.1'))
    )
    machine.ip('link', 'del', 'eth0')
    await letPass(3)
    const before = await newest(b, a)
    segment.plug(machine, '10.11.0.1', 'eth0')
    await net.within(15, 'made anew, it brings readings again', async () => (await newest(b, a)) > before + 2)
  }
}
