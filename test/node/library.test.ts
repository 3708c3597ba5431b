import t, { type Test } from 'tap'
import { createNode, type Node, type PeerEvent, simulatedWorld } from '../../src/index.ts'
import { memoryCarrier } from '../support/memory-network.ts'
import { until } from '../support/until.ts'

async function nodeOf(t: Test, name: string): Promise<Node> {
  const node = await createNode({
    config: { name, mdns: false },
    world: simulatedWorld(),
    carrier: memoryCarrier()
  })
  t.teardown(() => node.stop())
  return node
}

t.test('the book is that of kith book, by the same rules', async (t) => {
  const [here, there] = [await nodeOf(t, 'here'), await nodeOf(t, 'there')]
  t.same(await here.book.list(), [])
  t.match(await here.book.add('attic', there.peer, { purposes: ['soil'] }), {
    name: 'attic',
    peer: there.peer
  })
  t.match(await here.book.get(there.peer), { name: 'attic', purposes: ['soil'], time: false })
  t.match(await here.book.change('attic', { time: true }), { purposes: ['soil'], time: true })
  t.match(await here.book.rename('attic', 'loft'), { name: 'loft', time: true })
  t.equal(await here.book.get('attic'), undefined)
  t.same(await here.operations.book(), await here.book.list())
  await t.rejects(here.book.add('Bad Name', there.peer), { code: 'bad-name' })
  await t.rejects(here.book.change('attic', { time: true }), { code: 'bad-request' })
  await here.book.remove('loft')
  await t.rejects(here.book.remove('loft'), { code: 'nobody-found' })
  t.same(await here.book.list(), [])
})

t.test('peers that connect and go are told, those that are there first', async (t) => {
  const [here, there] = [await nodeOf(t, 'here'), await nodeOf(t, 'there')]
  await here.book.add('attic', there.peer, { addresses: there.addresses.slice(0, 1) })
  await there.handle('/chat/text/v1', () => {}, { anyone: true })
  await (await here.open('attic', ['/chat/text/v1'])).close()
  const leaving = new AbortController()
  const events = here.peerEvents(leaving.signal)
  const next = async (): Promise<PeerEvent | undefined> => (await events.next()).value ?? undefined
  t.match(await next(), { kind: 'connected', peer: there.peer, who: 'attic', known: true })
  await there.stop()
  t.match(await next(), { kind: 'disconnected', peer: there.peer, who: 'attic' })
  leaving.abort()
  t.equal(await next(), undefined, 'it ends when the signal aborts')
})

t.test(
  'a simulated world has what the configuration names, once, beside what is attached already',
  async (t) => {
    const world = simulatedWorld({ seed: 7 })
    world.files.set('/sys/class/thermal/thermal_zone0/temp', '12000')
    const sensors = [
      { type: 'bme280', name: 'air', bus: 'attic', address: 0x76 },
      { type: 'bmp280', name: 'other', address: 0x77 },
      { type: 'thermal', name: 'board', options: { zone: 'cpu-thermal' } }
    ]
    const buses = [{ name: 'attic', bus: 'i2c-1', address: 0x70 as const, channel: 2 }]
    world.attach('i2c-1', 0x77, () => ({
      write: () => {},
      read: (count: number) => new Uint8Array(count).fill(255)
    }))
    const config = { name: 'here', mdns: false, sensors, buses }
    const node = await createNode({ config, world, carrier: memoryCarrier() })
    t.teardown(() => node.stop())
    const seen = new Map<string, string>()
    for await (const { series, shown, fault } of node.watch()) {
      seen.set(series, fault?.text ?? shown ?? '')
      if (seen.size === 5) break
    }
    const shown = [...seen].map(([series, text]) => `${series} ${text}`).sort()
    t.match(shown.join('\n'), 'board/temperature 12', 'a file that was there')
    t.match(shown.join('\n'), /air\/humidity [\d.]+ %/, 'a chip behind a multiplexer')
    t.match(
      shown.join('\n'),
      /other\/.*0x77 on i2c-1 has the identity ff/,
      'a chip that was there is no BMP280'
    )
  }
)

t.test('a world with chips of its own has no others', async (t) => {
  const config = { name: 'here', mdns: false, sensors: [{ type: 'tmp102', name: 'air' }] }
  const node = await createNode({ config, world: simulatedWorld({ chips: [] }), carrier: memoryCarrier() })
  t.teardown(() => node.stop())
  for await (const { fault } of node.watch()) {
    t.match(fault?.text, 'i2c-1 is not simulated')
    break
  }
})

t.test(
  'a change that comes while another is handled is the newest, and events end with the node',
  async (t) => {
    const [here, first, second] = [
      await nodeOf(t, 'here'),
      await nodeOf(t, 'first'),
      await nodeOf(t, 'second')
    ]
    for (const peer of [first, second]) {
      await peer.handle('/chat/text/v1', () => {}, { anyone: true })
      await (await here.open(peer.addresses[0] ?? '', ['/chat/text/v1'])).close()
    }
    const events = here.peerEvents()
    const kinds: string[] = []
    for await (const { kind, peer } of events) {
      const name = peer === first.peer ? 'first' : 'second'
      kinds.push(`${name} ${kind}`)
      if (kinds.length === 1) await (name === 'first' ? second : first).stop()
      if (kinds.length === 1)
        await until(() => here.peers().then((all) => all.filter((one) => one.connected).length === 1))
      if (kinds.length === 2) await here.stop()
    }
    t.match(kinds[1], /disconnected$/)
    t.equal(kinds.length, 2)
  }
)

t.test('errors are in terms of the library', async (t) => {
  const sensors = [{ type: 'bme281', name: 'air', interval: '10' }]
  const carrier = memoryCarrier()
  await t.rejects(createNode({ config: { sensors }, carrier }), {
    code: 'bad-config',
    message:
      /^config {2}sensors\[0\]\.type: "bme281" .*\n +did you mean bme280\? docs\/devices\.md .*\nconfig {2}sensors/
  })
  await t.rejects(createNode({ config: 'sensors:\n  - type: bme281\n', carrier }), {
    message: /^config:2:11 {2}sensors\[0\]\.type: .*\n +did you mean bme280\? docs\/devices\.md/
  })
  const node = await nodeOf(t, 'here')
  await t.rejects(node.book.remove('den'), { code: 'nobody-found', hint: 'book.list() has all entries' })
})
