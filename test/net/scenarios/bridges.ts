import type { PeerView } from '../../../src/node/api/operations.ts'
import { Segment } from '../../support/namespaces/segment.ts'
import { addressAt, hears, type Scenario } from '../scenario.ts'

const BRIDGE = '172.17.0.1'

export const bridges: Scenario = {
  name: 'two machines with the same bridge of containers',
  deadline: 20,
  async run(net) {
    const segment = net.use(new Segment())
    const machines = [segment.machine('m1', '10.8.0.1'), segment.machine('m2', '10.8.0.2')]
    for (const machine of machines) {
      machine.ip('link', 'add', 'docker0', 'type', 'bridge')
      machine.ip('addr', 'add', `${BRIDGE}/16`, 'dev', 'docker0')
      machine.ip('link', 'set', 'docker0', 'up')
    }
    const [a, b] = await Promise.all(machines.map((one) => one.node({ hurry: 1 })))
    if (!a || !b) throw new Error('two were started')
    net.check('its address is offered by none', !a.addresses.some((one) => one.includes(BRIDGE)))
    // As an invite of an earlier version names them.
    await a.call('bookPut', { name: 'b', who: addressAt(BRIDGE, b) })
    await a.call('bookPut', { name: 'b', who: addressAt('10.8.0.2', b) })
    await net.within(3, 'a book that names it reaches the other one', async () => {
      const peers = await a.call<PeerView[]>('peers')
      return peers.some(({ peer, connected }) => peer === b.peer && connected)
    })
    await net.within(15, 'readings come', () => hears(a, b))
    const known = await b.call<string[]>('addressesOf', a.peer)
    net.check('identify does not name it', known.length > 0 && !known.some((one) => one.includes(BRIDGE)))
  }
}
