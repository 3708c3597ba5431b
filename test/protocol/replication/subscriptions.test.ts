import t from 'tap'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { silentLog } from '../../../src/log.ts'
import type { BackfillTask } from '../../../src/protocol/replication/backfill.ts'
import type { Followed } from '../../../src/protocol/replication/reorder-buffer.ts'
import { Subscriptions } from '../../../src/protocol/replication/subscriptions.ts'
import type { Position } from '../../../src/reading/run.ts'
import { readingOf, testSigner } from '../../support/readings.ts'

const author = testSigner(7).peer
const other = testSigner(8).peer
const run = { epoch: 1_790_000_000, boot: '0011223344556677' }

function bench(begin: (series: string) => Position | undefined = () => undefined) {
  const clock = new VirtualClock()
  const delivered: string[] = []
  const asked: string[] = []
  const subscriptions = new Subscriptions({
    matches: (series) => series.startsWith(author),
    begin,
    max: 2,
    clock,
    log: silentLog,
    random: () => 0,
    options: { wait: 2000, min: 1000, max: 300_000, giveUpAfter: 3_600_000, waiting: 8 },
    backfill: {
      async ask({ series, missing }: BackfillTask) {
        asked.push(`${series.slice(author.length)} from ${missing.from.epoch}.${missing.from.seq}`)
        return true
      }
    },
    deliver: ({ reading }: Followed) => {
      if (reading !== undefined)
        delivered.push(`${reading.series.slice(author.length)} ${reading.position.seq}`)
    }
  })
  const offer = (peer: string, ...names: string[]): void => {
    const readings = names.map((name) =>
      readingOf(peer, { series: `${peer}/${name}`, position: { ...run, seq: 3 } })
    )
    subscriptions.offer({
      kind: 'pack',
      topic: '/sensor/temp/v1',
      author: peer,
      bytes: new Uint8Array(),
      readings
    })
  }
  return { clock, delivered, asked, subscriptions, offer }
}

t.test('each series that matches, as many as it may', async (t) => {
  const { delivered, offer } = bench()
  offer(author, 'a/temperature', 'b/temperature')
  offer(other, 'a/temperature')
  offer(author, 'c/temperature')
  t.same(delivered, ['/a/temperature 3', '/b/temperature 3'])
  offer(author, 'a/temperature', 'b/temperature')
  t.equal(delivered.length, 2, 'each reading once')
})

t.test('a series that was followed before goes on where it was', async (t) => {
  const { clock, asked, offer } = bench(() => ({ ...run, seq: 1 }))
  offer(author, 'a/temperature')
  await clock.advance(500)
  t.same(asked, ['/a/temperature from 1790000000.1'])
})

t.test('a catalogue of a later run, and a return, make it ask', async (t) => {
  const { clock, asked, subscriptions, offer } = bench()
  offer(author, 'a/temperature')
  const series = [{ name: `${author}/a/temperature`, protocols: [], unit: 'Cel', interval: 1, state: 'ok' }]
  const meta = { ...run, revision: 0, name: '', purposes: [], version: '', mono: 0, series, runs: [] }
  subscriptions.onCatalogue({ author, bytes: new Uint8Array(), catalogue: meta })
  await clock.advance(10_000)
  t.same(asked, [], 'the run is known')
  subscriptions.onCatalogue({ author, bytes: new Uint8Array(), catalogue: { ...meta, epoch: run.epoch + 1 } })
  await clock.advance(10_000)
  t.same(asked, ['/a/temperature from 1790000000.4'])
  subscriptions.returned(other)
  await clock.advance(10_000)
  t.equal(asked.length, 1)
  subscriptions.returned(author)
  await clock.advance(10_000)
  t.equal(asked.length, 2)
  subscriptions.stop()
  t.equal(clock.pending, 0)
})
