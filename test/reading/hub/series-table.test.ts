import t from 'tap'
import { SeriesTable } from '../../../src/reading/hub/series-table.ts'
import { partsOfSeries } from '../../../src/reading/series.ts'
import { testSigner } from '../../support/readings.ts'

const [alice = '', bob = '', stranger = ''] = [1, 2, 3].map((seed) => testSigner(seed).peer)

function tableOf(limits: { series?: number; bytes?: number }, spared: readonly string[] = []) {
  const table = new SeriesTable({ series: 100, bytes: 2 ** 20, ...limits }, (author) =>
    spared.includes(author)
  )
  /** Adds a series, as a pack of one does. */
  const put = (author: string, device: string, bytes: number): void => {
    const series = `${author}/${device}/temperature`
    if (table.touch(series) === undefined) table.add(series, { parts: partsOfSeries(series) })
    table.weigh(series, bytes)
    table.makeRoom(author)
  }
  const held = (): string[] => table.all().map(({ parts }) => `${NAMES[parts.peer]} ${parts.device}`)
  return { table, put, held }
}

const NAMES: Readonly<Record<string, string>> = { [alice]: 'alice', [bob]: 'bob', [stranger]: 'stranger' }

t.test(
  'beyond the bytes, series of the author with the most bytes go first, the oldest of them',
  async (t) => {
    const { put, held, table } = tableOf({ bytes: 1000 })
    put(alice, 'air', 100)
    put(bob, 'air', 100)
    for (let i = 0; i < 50; i++) put(stranger, `d${i}`, 300)
    t.strictSame(held(), ['alice air', 'bob air', 'stranger d48', 'stranger d49'])
    t.equal(table.removed, 48)
    t.ok(table.hasAuthor(alice))
  }
)

t.test('a series that grows is counted as it is now', async (t) => {
  const { put, held } = tableOf({ bytes: 1000 })
  put(alice, 'air', 100)
  put(stranger, 'a', 100)
  put(stranger, 'b', 100)
  put(stranger, 'b', 850)
  t.strictSame(held(), ['alice air', 'stranger b'])
  put(stranger, 'b', 100)
  for (let i = 0; i < 8; i++) put(stranger, `d${i}`, 100)
  t.equal(held().length, 10, 'what it took before is free again')
})

t.test('spared authors stay, and may exceed the bytes', async (t) => {
  const { put, held } = tableOf({ bytes: 500 }, [alice])
  for (let i = 0; i < 6; i++) put(alice, `d${i}`, 100)
  t.equal(held().length, 6)
  put(stranger, 'a', 100)
  put(stranger, 'b', 100)
  t.strictSame(
    held().filter((name) => name.startsWith('stranger')),
    ['stranger b'],
    'what comes now stays until the next'
  )
  t.equal(held().filter((name) => name.startsWith('alice')).length, 6)
})
