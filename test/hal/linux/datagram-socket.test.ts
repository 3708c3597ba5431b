import { networkInterfaces } from 'node:os'
import t from 'tap'
import { systemClock } from '../../../src/clock.ts'
import { LinuxDatagramSockets } from '../../../src/hal/linux/datagram-socket.ts'
import { datagramSocketConformance } from '../../conformance/datagram-socket.ts'

async function settle(until: () => boolean): Promise<void> {
  for (let i = 0; i < 400 && !until(); i++) await systemClock.sleep(5)
}

t.test('IPv4', async (t) => {
  datagramSocketConformance(t, () => {
    const sockets = new LinuxDatagramSockets()
    return { sockets: [sockets, sockets], hosts: ['127.0.0.1', '127.0.0.2'], family: 4, settle }
  })
})

const hasIpv6 = Object.values(networkInterfaces()).some((list) =>
  list?.some(({ address }) => address === '::1')
)

t.test('IPv6', { skip: hasIpv6 ? false : 'no ::1 on this machine' }, async (t) => {
  datagramSocketConformance(t, () => {
    const sockets = new LinuxDatagramSockets()
    return { sockets: [sockets, sockets], hosts: ['::1', '::1'], family: 6, settle }
  })
})

const linkLocal = Object.entries(networkInterfaces())
  .flatMap(([name, list]) => (list ?? []).map(({ address }) => ({ name, address })))
  .find(({ address }) => address.startsWith('fe80:'))

t.test('IPv6 with a zone', { skip: linkLocal === undefined ? 'no link-local address' : false }, async (t) => {
  const host = `${linkLocal?.address}%${linkLocal?.name}`
  const sockets = new LinuxDatagramSockets()
  const sources: string[] = []
  const onError = (): void => {}
  const one = await sockets.bind({ family: 6, port: 0, onMessage: () => {}, onError })
  const onMessage = (_bytes: Buffer, from: { address: string }): number => sources.push(from.address)
  const other = await sockets.bind({ family: 6, port: 0, onMessage, onError })
  one.send(Buffer.from('x'), other.port, host)
  await settle(() => sources.length > 0)
  t.same(sources, [host], 'the source carries its zone')
  await one.close()
  await other.close()
})

t.test('an IPv6 socket leaves IPv4 alone, and an address that is not ours is reported', async (t) => {
  const sockets = new LinuxDatagramSockets()
  const options = { onMessage: () => {}, onError: () => {} }
  const four = await sockets.bind({ ...options, family: 4, port: 0 })
  if (hasIpv6) {
    const six = await sockets.bind({ ...options, family: 6, port: four.port })
    t.equal(six.port, four.port)
    await six.close()
  }
  await four.close()
  await t.rejects(sockets.bind({ ...options, family: 4, host: '203.0.113.1', port: 0 }), {
    code: 'family-unsupported'
  })
})
