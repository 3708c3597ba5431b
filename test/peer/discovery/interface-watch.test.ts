import t from 'tap'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { watchInterfaces } from '../../../src/peer/discovery/interface-watch.ts'
import { type Interfaces, LocalNetwork } from '../../../src/peer/discovery/local-network.ts'

function one(name: string, address: string): Interfaces {
  const info = {
    netmask: '255.255.255.0',
    family: 'IPv4' as const,
    mac: '02:00:00:00:00:01',
    internal: false
  }
  return { [name]: [{ ...info, address, cidr: `${address}/24` }] }
}

t.test('what differs from what is known is told, whenever it came', async (t) => {
  const clock = new VirtualClock()
  const wired = one('eth0', '10.1.0.1')
  const local = new LocalNetwork(wired)
  let read: () => Interfaces = () => ({ ...wired, ...one('wlan0', '10.2.0.1') })
  const told: string[][] = []
  const watch = watchInterfaces(
    clock,
    5000,
    local,
    (interfaces) => void told.push(Object.keys(interfaces)),
    () => read()
  )
  await clock.advance(4999)
  t.same(told, [])
  await clock.advance(1)
  t.same(told, [['eth0', 'wlan0']], 'it came between the first look and the watch')
  t.equal(local.isOwnSubnet('10.2.0.9'), true)
  await clock.advance(20_000)
  t.equal(told.length, 1)

  read = () => {
    throw new Error('netlink is forbidden')
  }
  watch.look()
  t.equal(told.length, 1, 'that the system does not list them is no change')
  read = () => wired
  watch.look()
  t.same(told.at(-1), ['eth0'])
  t.equal(local.isOwnSubnet('10.2.0.9'), false)
  watch.cancel()
  t.equal(clock.pending, 0)
})
