import t, { type Test } from 'tap'
import { isNodeError } from '../../../src/error.ts'
import type { Log } from '../../../src/log.ts'
import { silentLog } from '../../../src/log.ts'
import { Node } from '../../../src/node/node.ts'
import { ephemeralIdentity } from '../../../src/peer/identity/identity.ts'
import { encodeRequest } from '../../../src/protocol/query/codec/request.ts'
import { codeOf, type House, type HouseNode, houseFor } from '../../support/scenario/house.ts'

// Many nodes of one process, on a machine that does other things as well.
t.setTimeout(120_000)

const signal = (): AbortSignal => new AbortController().signal
const TEMP = ['/sensor/temp/v1']
const NOTES = '/doc/notes/v1'

interface Pair {
  readonly house: House
  readonly hall: HouseNode
  /** Far away: what it may it has from the book or kith.yaml. */
  readonly anna: HouseNode
}

/** @param access of hall's kith.yaml, with ANNA for a PeerId */
async function pair(t: Test, access: string, log: Log = silentLog): Promise<Pair> {
  const house = houseFor(t)
  const identity = await ephemeralIdentity()
  house.links.hosts.set(identity.peer, '203.0.113.7')
  const anna = await house.start('anna', { identity, config: 'forward: off' })
  const hall = await house.start('hall', {
    gauges: ['air', 'cellar'],
    extra: ['door'],
    log,
    config: `  - { type: gauge, name: door, interval: 1s, private: true }
switches: [{ name: heater, line: GPIO20 }]
${access.replaceAll('ANNA', identity.peer)}`
  })
  await house.link(anna, hall)
  await house.until(() => ['air', 'cellar', 'door'].every((name) => isMeasured(hall, name)))
  return { house, hall, anna }
}

function isMeasured(hall: HouseNode, name: string): boolean {
  return hall.received.some(({ series }) => series === hall.series(name))
}

/** Observes until it ends. */
function observed({ hall, anna }: Pair, n: string) {
  const seen = new Set<string>()
  let code: string | undefined
  const work = async (): Promise<void> => {
    const { queries } = anna.running.assembled.clients
    for await (const event of queries.observe(hall.peer, TEMP, { n, credit: 64 }, signal()))
      if (event.kind === 'sealed') for (const { series } of event.sealed.readings) seen.add(series)
  }
  work().catch((error: unknown) => {
    code = isNodeError(error) ? error.code : String(error)
  })
  return { seen, code: () => code }
}

t.test('out of the book: what runs ends at once, without a reading more', async (t) => {
  const all = await pair(t, '')
  const { house, hall, anna } = all
  await hall.operations.bookPut({ name: 'anna', who: anna.peer })
  const node = new Node(hall.running, hall.running.assembled.init.config)
  await node.handle(NOTES, async (stream) => {
    for await (const message of stream) await stream.send(message)
  })
  const opened = anna.operations.pipe({ who: hall.peer, protocols: [NOTES] }, signal())
  const { bytes } = await house.while(opened)
  let ended = false
  bytes.on('error', () => {})
  bytes.on('close', () => {
    ended = true
  })
  bytes.resume()
  const [door, air] = [observed(all, 'door'), observed(all, 'air')]
  await house.until(() => door.seen.size > 0 && air.seen.size > 0)
  t.same([door.code(), air.code(), ended], [undefined, undefined, false])
  await hall.operations.bookRemove('anna')
  await house.until(() => door.code() !== undefined && air.code() !== undefined && ended, 1)
  t.same([door.code(), air.code()], ['denied', 'denied'])
  const { queries } = anna.running.assembled.clients
  t.equal(await house.while(codeOf(queries.read(hall.peer, TEMP, { n: 'air' }, signal()))), 'denied')
})

t.test('a grant that kith.yaml takes back ends the series that it was for, and no other', async (t) => {
  const all = await pair(t, 'access: [{ who: ANNA, may: [read], on: [air, door] }]')
  const { house, hall, anna } = all
  const [door, air] = [observed(all, 'door'), observed(all, 'air')]
  await house.until(() => door.seen.size > 0 && air.seen.size > 0)
  const grants = [{ who: anna.peer, may: ['read'], on: ['air'] }] as const
  hall.running.assembled.peers.access.update(grants, new Set(['door']))
  await house.until(() => door.code() !== undefined)
  t.equal(door.code(), 'denied')
  await house.pass(2000)
  t.equal(air.code(), undefined)
})

t.test(
  'who is granted one sensor has that alone: of packs with others its readings, its own catalogue',
  async (t) => {
    const all = await pair(t, 'access: [{ who: ANNA, may: [read], on: [air] }]')
    const { house, hall, anna } = all
    const isTogether = hall.running.assembled.storage.hub
      .latest(() => true, [hall.peer])
      .some(({ sealed }) => new Set(sealed.readings.map(({ series }) => series)).size > 1)
    t.ok(isTogether, 'two sensors are in one pack')
    const { queries } = anna.running.assembled.clients
    const packs = await house.while(queries.read(hall.peer, TEMP, {}, signal()))
    const series = new Set(packs.flatMap(({ readings }) => readings.map((reading) => reading.series)))
    t.strictSame([...series], [hall.series('air')])
    const catalogue = await house.while(queries.describe(hall.peer, ['/sensor/meta/v1'], {}, signal()))
    t.match(catalogue.series, [{ name: hall.series('air'), private: true }])
    t.equal(catalogue.series.length, 1)
  }
)

t.test(
  'a name of kith.yaml is whom the book calls so now; rights of the book follow the entry',
  async (t) => {
    const all = await pair(t, 'access: [{ who: anna, may: [operate], on: [heater] }]')
    const { house, hall, anna } = all
    const turn = (): Promise<string> =>
      house.while(codeOf(anna.operations.switch({ who: hall.peer, name: 'heater', to: 'on' }, signal())))
    t.equal(await turn(), 'denied')
    await hall.operations.bookPut({ name: 'anna', who: anna.peer })
    t.equal(await turn(), 'no error')
    await hall.operations.bookRename('anna', 'hanna')
    t.equal(await turn(), 'denied', 'the name that is granted something is nobody’s')
    await hall.operations.bookPut({ name: 'hanna', may: ['operate:heater'] })
    await hall.operations.bookRename('hanna', 'joanna')
    t.equal(await turn(), 'no error')
    await hall.operations.bookPut({ name: 'joanna', may: [] })
    t.equal(await turn(), 'denied')
  }
)

t.test('ten thousand refused requests make few lines, and nothing of them is kept', async (t) => {
  const lines: string[] = []
  const log: Log = { ...silentLog, info: (message) => lines.push(message) }
  const { hall } = await pair(t, 'limits: { access: { callers: 8 } }', log)
  const { server } = hall.running.assembled
  const request = encodeRequest({ id: 1, op: 'read', n: 'air' })
  const refuse = (from: number, count: number): void => {
    for (let i = from; i < from + count; i++) {
      const peer = `12D3KooW${String(i).padStart(44, 'A')}`
      server.answerDatagram(
        request,
        { caller: { peer, host: '203.0.113.9', direct: true }, protocol: TEMP[0] ?? '' },
        1168
      )
    }
  }
  const before = hall.running.assembled.peers.access.counters['refused.read'] ?? 0
  refuse(0, 10_000)
  t.equal((hall.running.assembled.peers.access.counters['refused.read'] ?? 0) - before, 10_000)
  t.equal(lines.filter((line) => line.startsWith('access refused: read')).length, 8)
})
