import t from 'tap'
import type { HistoryRow } from '../../../src/node/api/reading-rows.ts'
import { all, codeOf, type HouseNode, houseFor } from '../../support/scenario/house.ts'

const signal = (): AbortSignal => new AbortController().signal

t.test('history of an author that is gone: from our own store, and from a holder for others', async (t) => {
  const house = houseFor(t)
  const study = await house.start('study', { gauges: ['air'] })
  const gateway = await house.start('gateway', { config: 'store: [{ claimed: study }]' })
  const desk = await house.start('desk')
  await house.link(gateway, study)
  await house.link(desk, study)
  await house.link(desk, gateway)
  await house.until(() => gateway.history(study.series('air')).length >= 20)
  const rowsOf = async (node: HouseNode, request: { newest?: number } = {}): Promise<HistoryRow[]> =>
    await house.while(all(node.operations.history({ who: 'study', what: 'air', ...request }, signal())))
  const fromOf = (rows: readonly HistoryRow[]): unknown[] => [
    ...new Set(rows.flatMap((row) => ('from' in row ? [row.holder ?? row.from] : [])))
  ]
  t.strictSame(fromOf(await rowsOf(desk)), ['author'])
  await house.stop(study)
  const own = await rowsOf(gateway)
  t.strictSame(fromOf(own), ['own'])
  t.ok(own.length >= 21)
  t.match(own.at(-1), { who: 'study', incomplete: /study cannot be reached|no answer/ })
  const held = await rowsOf(desk)
  t.strictSame(fromOf(held), ['gateway'])
  t.strictSame(
    held.flatMap((row) => ('position' in row ? [row.position.seq] : [])),
    own.flatMap((row) => ('position' in row ? [row.position.seq] : []))
  )
  const newest = (await rowsOf(gateway, { newest: 3 })).filter((row) => 'position' in row)
  t.strictSame(newest, own.filter((row) => 'position' in row).slice(-3))
  await house.stop(gateway)
  t.equal(
    await codeOf(house.while(all(desk.operations.history({ who: 'study', what: 'air' }, signal())))),
    'unreachable'
  )
})
