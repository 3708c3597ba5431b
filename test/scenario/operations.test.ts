import t, { type Test } from 'tap'
import type { SeriesView } from '../../src/node/api/operations.ts'
import type { HistoryRow } from '../../src/node/api/reading-rows.ts'
import { all, codeOf, type House, type HouseNode, houseFor } from '../support/scenario/house.ts'

async function household(
  t: Test
): Promise<{ house: House; hall: HouseNode; attic: HouseNode; desk: HouseNode }> {
  const house = houseFor(t)
  const hall = await house.start('hall', { gauges: ['air'], config: 'purposes: [climate, upstairs]' })
  const attic = await house.start('attic', { gauges: ['air', 'roof'], config: 'purposes: [climate]' })
  const desk = await house.start('desk')
  await house.link(desk, hall)
  await house.link(desk, attic)
  await house.until(() => hall.received.length >= 3 && attic.received.length >= 6)
  return { house, hall, attic, desk }
}

const signal = (): AbortSignal => new AbortController().signal

function shown(views: readonly SeriesView[]): string[] {
  return views.map(({ who, series }) => `${who}/${series}`)
}

t.test('ask: a name, a purpose, a PeerId, its tail, what is wanted of it', async (t) => {
  const { house, hall, desk } = await household(t)
  const ask = async (who: string, what?: string): Promise<string[]> => {
    const request = what === undefined ? { who } : { who, what }
    return shown(await house.while(desk.operations.ask(request, signal())))
  }
  t.strictSame(await ask('hall'), ['hall/air/temperature'])
  t.strictSame(await ask(hall.peer), ['hall/air/temperature'])
  t.strictSame(await ask(hall.peer.slice(-7)), ['hall/air/temperature'])
  t.strictSame(await ask('climate'), [
    'attic/air/temperature',
    'attic/roof/temperature',
    'hall/air/temperature'
  ])
  t.strictSame(await ask('climate', 'air'), ['attic/air/temperature', 'hall/air/temperature'])
  t.strictSame(await ask('attic', 'roof/temperature'), ['attic/roof/temperature'])
  t.strictSame(await ask('upstairs', '/sensor/temp/v1'), ['hall/air/temperature'])
  const [view] = await house.while(desk.operations.ask({ who: 'hall' }, signal()))
  t.match(view, { signed: true, state: 'value', unit: 'Cel', peer: hall.peer, interval: 1, quality: 0 })
})

t.test('ask: what cannot be answered says why', async (t) => {
  const { house, attic, desk } = await household(t)
  const { operations } = desk
  t.equal(await codeOf(house.while(operations.ask({ who: 'cellar' }, signal()))), 'nobody-found')
  t.equal(await codeOf(house.while(operations.ask({ who: 'hall', what: 'cellar' }, signal()))), 'no-data')
  const stranger = '/memory/nowhere/p2p/12D3KooWRBhwfeP2Y4TCx1SM6s9rUoHhR5STiGwxBhgFRcw3UERE'
  t.equal(await codeOf(house.while(operations.ask({ who: stranger }, signal()))), 'unreachable')
  await house.stop(attic)
  t.equal(await codeOf(house.while(operations.ask({ who: 'attic' }, signal()))), 'unreachable')
})

t.test(
  'watch: the latest at once, each reading once and in order, then why nothing comes any more',
  async (t) => {
    const { house, hall, desk } = await household(t)
    const end = new AbortController()
    const views: SeriesView[] = []
    const watching = (async () => {
      for await (const view of desk.operations.watch({ who: ['hall'] }, end.signal)) views.push(view)
    })()
    await house.until(() => views.length >= 5)
    const values = views.map(({ value }) => Number(value))
    t.strictSame(
      values,
      values.map((_, i) => (values[0] ?? 0) + i)
    )
    hall.gauge('air').failure = new Error('broken')
    await house.until(() => views.at(-1)?.state === 'fault')
    await house.stop(hall)
    await house.until(() => views.at(-1)?.state === 'stale')
    t.equal(views.at(-1)?.stale, 'link')
    end.abort()
    await house.while(watching)
  }
)

t.test('watch: everybody near, and those who come later', async (t) => {
  const { house, desk } = await household(t)
  const end = new AbortController()
  const seen = new Set<string>()
  const watching = (async () => {
    for await (const view of desk.operations.watch({ who: [], what: 'temperature' }, end.signal))
      seen.add(`${view.who}/${view.series}`)
  })()
  await house.until(() => seen.size >= 3)
  const late = await house.start('late', { gauges: ['air'] })
  await house.link(desk, late)
  await house.until(() => seen.has('late/air/temperature'))
  end.abort()
  await house.while(watching)
  t.equal(seen.size, 4)
})

t.test('history: of another node, every reading once and in order, from a tenth on', async (t) => {
  const { house, hall, desk } = await household(t)
  await house.pass(30_000)
  const rows = async (
    request: { since?: number; until?: number; limit?: number } = {}
  ): Promise<HistoryRow[]> =>
    await house.while(all(desk.operations.history({ who: 'hall', what: 'air', ...request }, signal())))
  const listed = await rows()
  const values = listed.map((row) => ('value' in row ? row.value : undefined))
  t.ok(values.length >= 30)
  t.strictSame(
    values,
    values.map((_, i) => i)
  )
  const tenth = ('time' in (listed[10] ?? {}) ? (listed[10] as { time: number }).time : 0) ?? 0
  const since = await rows({ since: tenth })
  t.strictSame('value' in (since[0] ?? {}) && (since[0] as { value: number }).value, 10)
  t.equal((await rows({ until: tenth })).length, 11)
  t.equal((await rows({ limit: 4 })).length, 4)
  t.equal(hall.history(hall.series('air')).length, (await rows()).length)
  const unknown = all(desk.operations.history({ who: 'hall', what: 'cellar' }, signal()))
  t.equal(await codeOf(house.while(unknown)), 'no-such')
})

t.test('ping: each that is meant, with the path', async (t) => {
  const { house, desk } = await household(t)
  const replies = await house.while(all(desk.operations.ping({ who: 'climate', count: 2 }, signal())))
  t.strictSame(replies.map(({ who, n }) => `${who} ${n}`).sort(), ['attic 1', 'attic 2', 'hall 1', 'hall 2'])
  for (const { rtt, path } of replies) {
    t.ok(rtt !== undefined && rtt >= 0)
    t.match(path, /^direct/)
  }
})

t.test('the book: a name of ours goes before the one that a peer claims', async (t) => {
  const { house, hall, attic, desk } = await household(t)
  await desk.operations.bookPut({ name: 'attic', who: hall.peer, purposes: ['heating'] })
  const [view] = await house.while(desk.operations.ask({ who: 'attic', what: 'air' }, signal()))
  t.equal(view?.peer, hall.peer)
  const [heated] = await house.while(desk.operations.ask({ who: 'heating' }, signal()))
  t.equal(heated?.peer, hall.peer)
  await desk.operations.bookRename('attic', 'hallway')
  t.equal(
    (await house.while(desk.operations.ask({ who: 'attic', what: 'air' }, signal())))[0]?.peer,
    attic.peer
  )
  const peers = await desk.operations.peers()
  t.strictSame(peers.map(({ name, inBook, connected }) => [name, inBook, connected]).sort(), [
    ['attic', false, true],
    ['hallway', true, true]
  ])
})
