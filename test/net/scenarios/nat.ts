import type { PeerView, SeriesView } from '../../../src/node/api/operations.ts'
import { type FarNode, whyNoIptables } from '../../support/namespaces/namespaces.ts'
import { Segment } from '../../support/namespaces/segment.ts'
import { addressAt, letPass, type Scenario } from '../scenario.ts'

async function isDirectTo(node: FarNode, { peer }: FarNode): Promise<boolean> {
  const view = (await node.call<PeerView[]>('peers')).find((one) => one.peer === peer)
  return view?.connected === true && view.path?.kind === 'direct'
}

export const nat: Scenario = {
  name: 'one side behind a NAT, both known to a machine between: the exchange of addresses makes the path direct',
  deadline: 30,
  whyNot: whyNoIptables,
  async run(net) {
    const wide = net.use(new Segment('wide'))
    const home = net.use(new Segment('home'))
    const router = wide.machine('router', '10.9.0.1')
    home.plug(router, '192.168.9.1', 'eth1')
    router.masquerade('eth0')
    const deskMachine = home.machine('desk', '192.168.9.2')
    deskMachine.ip('route', 'add', 'default', 'via', '192.168.9.1')
    const machines = [
      wide.machine('den', '10.9.0.2'),
      wide.machine('hall', '10.9.0.3'),
      wide.machine('other', '10.9.0.4')
    ]
    const [den, hall, other] = await Promise.all(machines.map((one) => one.node({ hurry: 1 })))
    const desk = await deskMachine.node({ hurry: 1 })
    if (!den || !hall || !other) throw new Error('three were started')
    await hall.call('bookPut', { name: 'desk', who: desk.peer })
    await hall.call('bookPut', { name: 'den', who: addressAt('10.9.0.2', den) })
    await desk.call('bookPut', { name: 'hall', who: addressAt('10.9.0.3', hall) })
    await desk.call('bookPut', { name: 'den', who: den.peer })
    await den.call('bookPut', { name: 'desk', who: desk.peer })
    await other.call('dial', addressAt('10.9.0.3', hall))
    await letPass(2)
    const asked = desk.call<SeriesView[]>('ask', { who: 'den' })
    net.check('it is reached by its PeerId alone', (await asked).length > 0)
    await net.within(5, 'the path becomes direct', () => isDirectTo(desk, den))
    const known = await desk.call<string[]>('addressesOf', hall.peer)
    net.check(
      'identify tells nothing of another network',
      !(await hall.call<string[]>('addressesOf', desk.peer)).some((one) => one.includes('192.168.9.')) &&
        known.length < 2
    )
    net.check(
      'a stranger beside the machine between learns no address of them',
      (
        await Promise.all(
          [desk, den].map(({ peer }) => other.call<string[]>('addressesOf', peer).catch(() => []))
        )
      ).flat().length === 0
    )
  }
}
