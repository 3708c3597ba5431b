import { randomBytes } from 'node:crypto'
import t, { type Test } from 'tap'
import { isDirect } from '../../../src/direct.ts'
import type { BookEntry } from '../../../src/node/api/operations.ts'
import type { DatagramFlow } from '../../../src/protocol/datagram/index.ts'
import type { Reading } from '../../../src/reading/reading.ts'
import { all, type House, type HouseNode, houseFor } from '../../support/scenario/house.ts'

const signal = new AbortController().signal

interface Relayed {
  readonly house: House
  readonly den: HouseNode
  readonly hall: HouseNode
  readonly desk: HouseNode
  /** The multiaddr of the relay. */
  readonly relay: string
}

/** A relay, a thermometer that reserves there, and a desk that knows it by its relay alone. */
async function relayed(t: Test, config = ''): Promise<Relayed> {
  const house = houseFor(t)
  const den = await house.start('den', { config: `relay: { serve: book }\n${config}` })
  const relay = (await den.operations.status()).addresses[0] ?? ''
  const hall = await house.start('hall', { gauges: ['air'], config: `relays: [${relay}]` })
  const desk = await house.start('desk')
  house.cut(hall, desk)
  await know(den, hall)
  await know(den, desk)
  await know(hall, desk)
  await know(desk, den)
  await know(desk, hall, { relays: [relay] })
  return { house, den, hall, desk, relay }
}

async function know(node: HouseNode, other: HouseNode, more: Partial<BookEntry> = {}): Promise<void> {
  await node.operations.bookPut({ name: other.name, who: other.peer, ...more })
}

async function isHeld({ operations }: HouseNode): Promise<boolean> {
  return (await operations.status()).relays?.every(({ held }) => held) === true
}

async function reserved({ house, hall }: Relayed): Promise<void> {
  while (!(await isHeld(hall))) await house.pass(1000)
}

t.test('a peer behind nobody’s reach is reached over the relay that the book names', async (t) => {
  const all3 = await relayed(t)
  const { house, den, hall, desk, relay } = all3
  await reserved(all3)
  const { addresses, relays } = await hall.operations.status()
  t.ok(
    addresses.includes(`${relay}/p2p-circuit/p2p/${hall.peer}`),
    'its status has the address over the relay'
  )
  t.same(relays, [{ peer: den.peer, who: relays?.[0]?.who, held: true }])
  const asked = await house.while(desk.operations.ask({ who: 'hall' }, signal))
  t.ok(asked.length > 0)
  t.match(asked[0]?.path, /^relay den, \d+ KiB left$/)
  const view = (await house.while(desk.operations.peers())).find(({ peer }) => peer === hall.peer)
  t.match(view?.path, { kind: 'relay', via: den.peer, text: /^relay den, \d+ KiB left$/ })
  const pings = await house.while(all(desk.operations.ping({ who: 'hall', count: 1, trace: true }, signal)))
  t.match(pings[0]?.path, /^relay den, /)
  const { counters } = await den.operations.status()
  t.match(counters, { 'relay.serve-reservations': 1, 'relay.serve-carried': 1 })
  const connection = desk.running.assembled.peers.autoDialer.connection(hall.peer)
  t.notOk(connection?.streams.some(({ protocol }) => protocol.startsWith('/meshsub/')))
})

t.test('a flow of datagrams goes on over the next circuits, and over the direct connection', async (t) => {
  const all3 = await relayed(t, 'limits: { relay: { bytes: 48KiB } }')
  const { house, den, hall, desk } = all3
  await reserved(all3)
  const atHall: DatagramFlow[] = []
  hall.running.assembled.datagrams.handle('/voice/pcm/v1', (flow) => {
    atHall.push(flow)
    return (bytes) => flow.send(bytes)
  })
  let received = 0
  const receive = (): void => {
    received++
  }
  const { datagrams } = desk.running.assembled
  const flow = await house.while(datagrams.open('hall', ['/voice/pcm/v1'], { receive }))
  t.notOk(flow.direct)
  const talk = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) {
      flow.send(randomBytes(1000))
      await house.pass(500)
    }
  }
  await talk(50)
  const carried = (await den.operations.status()).counters['relay.serve-carried'] ?? 0
  t.ok(carried >= 3, `${carried} circuits for 100 KB`)
  t.ok(received >= 40, `${received} of 50 came back`)
  await house.link(desk, hall)
  for (let i = 0; i < 60 && !flow.direct; i++) await talk(1)
  t.ok(flow.direct)
  received = 0
  await talk(10)
  t.equal(received, 10)
  t.same([flow.ended, atHall.length, atHall[0]?.ended], [undefined, 1, undefined])
})

t.test('history longer than a circuit goes on over the next ones, without a gap', async (t) => {
  const all3 = await relayed(t, 'limits: { relay: { bytes: 48KiB } }')
  const { house, den, hall, desk } = all3
  await reserved(all3)
  const { storage, sensing } = hall.running.assembled
  const { epoch } = sensing.author().run
  const run = { epoch: epoch - 1, boot: '00112233aabbccdd' }
  const count = 4000
  storage.history.appendOwn(
    Array.from({ length: count }, (_, seq): Reading => {
      const fault = { code: 'no-acknowledge', text: randomBytes(60).toString('base64') }
      const [time, mono] = [house.clock.now() / 1000 - 86_400 + seq, seq * 1000]
      const fixed = { quality: 0, errorBound: 0.05, unit: 'Cel', interval: 1 } as const
      return { series: hall.series('air'), position: { ...run, seq }, time, mono, fault, ...fixed }
    })
  )
  const rows = await house.while(all(desk.operations.history({ who: 'hall', what: 'air' }, signal)))
  const seqs = rows.flatMap((row) =>
    'position' in row && row.position.boot === run.boot ? [row.position.seq] : []
  )
  t.equal(seqs.length, count)
  t.ok(
    seqs.every((seq, i) => seq === i),
    'each once, in order'
  )
  const { counters } = await den.operations.status()
  t.comment(`${counters['relay.serve-bytes']} bytes over ${counters['relay.serve-carried']} circuits`)
  t.ok((counters['relay.serve-carried'] ?? 0) > 3)
})

t.test('a direct connection that becomes possible replaces it', async (t) => {
  const all3 = await relayed(t)
  const { house, hall, desk } = all3
  await reserved(all3)
  await house.while(desk.operations.ask({ who: 'hall' }, signal))
  await house.link(desk, hall)
  const connection = desk.running.assembled.peers.autoDialer.connection(hall.peer)
  t.ok(connection !== undefined && isDirect(connection))
  await house.pass(360_000)
  t.notOk(desk.running.assembled.transports.network.getConnections().some((one) => !isDirect(one)))
})

t.test('who is not reached learns why', async (t) => {
  const all3 = await relayed(t)
  const { house, den, hall, desk } = all3
  await reserved(all3)
  await house.stop(hall)
  await house.pass(10_000)
  const failed = desk.operations.ask({ who: 'hall' }, signal).catch((error: Error) => error)
  t.match(await house.while(failed), { message: /relay den: hall has no reservation there/ })
  await house.stop(den)
  const again = desk.operations.ask({ who: 'hall' }, signal).catch((error: Error) => error)
  t.match(await house.while(again), { message: /relay den: \/memory\// })
})

t.test('a relay that is away at the start, and restarts, is held again', async (t) => {
  const all3 = await relayed(t)
  const { house, den, hall, desk } = all3
  await reserved(all3)
  await house.stop(den)
  await house.pass(60_000)
  t.notOk(await isHeld(hall))
  await house.run(den)
  await know(den, hall)
  await know(den, desk)
  await house.pass(15_000)
  t.ok(await isHeld(hall))
  await house.stop(den, hall)
  await house.run(hall)
  await house.pass(120_000)
  t.match((await hall.operations.status()).relays?.[0], { held: false, why: /.+/ })
})

t.test('a stranger to the target or to the relay is not let through', async (t) => {
  const all3 = await relayed(t)
  const { house, den, hall, relay } = all3
  await reserved(all3)
  const stranger = await house.start('stranger')
  house.cut(hall, stranger)
  await know(stranger, hall, { relays: [relay] })
  const refused = async (): Promise<string> => {
    const asked = stranger.operations.ask({ who: 'hall' }, signal).catch((error: Error) => error)
    return String(await house.while(asked))
  }
  t.match(await refused(), /it does not serve this node/)
  await know(den, stranger)
  t.match(
    await refused(),
    /hall has no reservation there/,
    'what a target that is not there is answered, too'
  )
  t.equal((await hall.operations.status()).counters['relay.refused-circuit'], 1)
})
