import t from 'tap'
import { BEGINNING } from '../../../src/protocol/replication/constants.ts'
import { type Followed, ReorderBuffer } from '../../../src/protocol/replication/reorder-buffer.ts'
import type { Reading } from '../../../src/reading/reading.ts'
import { readingOf, testSigner } from '../../support/readings.ts'

const { peer } = testSigner()
const series = `${peer}/hall/temperature`
const boot = '0011223344556677'
const at = (epoch: number, seq: number) => ({ epoch, boot, seq })
const reading = (epoch: number, seq: number): Reading => readingOf(peer, { position: at(epoch, seq) })

function bench(next?: { epoch: number; boot: string; seq: number }, limit = 100) {
  const delivered: string[] = []
  const deliver = ({ reading, lost }: Followed): void => {
    delivered.push(
      lost === undefined
        ? `${reading.position.epoch}.${reading.position.seq}`
        : `lost ${lost.run.epoch}.${lost.from}-${lost.to}`
    )
  }
  return { delivered, sequence: new ReorderBuffer(series, limit, next, deliver) }
}

t.test('in order, each once, whatever the order of coming', async (t) => {
  const { delivered, sequence } = bench(at(1, 0))
  for (const seq of [2, 0, 2, 1, 0, 4, 3, 3]) sequence.offer([reading(1, seq)])
  t.same(delivered, ['1.0', '1.1', '1.2', '1.3', '1.4'])
  t.equal(sequence.missing, undefined)
})

t.test('without a place to begin it begins where it comes in', async (t) => {
  const { delivered, sequence } = bench()
  t.equal(sequence.missing, undefined)
  sequence.offer([reading(1, 7), reading(1, 8)])
  sequence.offer([reading(1, 6)])
  t.same(delivered, ['1.7', '1.8'])
})

t.test('other series are none of its business', async (t) => {
  const { delivered, sequence } = bench()
  sequence.offer([readingOf(peer, { series: `${peer}/hall/humidity` })])
  t.same(delivered, [])
})

t.test('a gap within a run has an end, one before a later run has not', async (t) => {
  const { sequence } = bench(at(1, 5))
  sequence.offer([reading(1, 9)])
  t.same(sequence.missing, { from: at(1, 5), to: 8 })
  const later = bench(at(1, 5)).sequence
  later.offer([reading(2, 0)])
  t.same(later.missing, { from: at(1, 5) })
  t.same(later.head, at(2, 0))
})

t.test('what is settled and not there is lost, what waits is handed on', async (t) => {
  const { delivered, sequence } = bench(at(1, 0))
  sequence.offer([reading(1, 2), reading(1, 5), reading(2, 3)])
  sequence.settle(at(1, 4))
  t.same(delivered, ['lost 1.0-1', '1.2', 'lost 1.3-3'])
  sequence.settle(at(2, 3))
  t.same(delivered.slice(3), ['lost 1.4-4', '1.5', 'lost 2.0-2', '2.3'])
  sequence.settle(at(1, 99))
  t.equal(delivered.length, 7, 'never back')
})

t.test('from the beginning: what was before the oldest is not lost, it was never followed', async (t) => {
  const { delivered, sequence } = bench(BEGINNING)
  sequence.offer([reading(3, 40)])
  t.same(sequence.missing, { from: BEGINNING })
  sequence.settle(at(3, 40))
  t.same(delivered, ['3.40'])
})

t.test('what is heard of is missing until it came or was settled', async (t) => {
  const { delivered, sequence } = bench(at(1, 5))
  sequence.noteExisting(at(1, 4))
  t.equal(sequence.missing, undefined)
  sequence.noteExisting(at(2, 0))
  t.same(sequence.missing, { from: at(1, 5) })
  sequence.settle(at(2, 0))
  t.equal(sequence.missing, undefined)
  sequence.offer([reading(2, 0)])
  t.same(delivered, ['2.0'])
})

t.test('beyond its room it forgets the farthest and knows that it did', async (t) => {
  const { delivered, sequence } = bench(at(1, 0), 2)
  t.equal(sequence.offer([reading(1, 2), reading(1, 3)]), true)
  t.equal(sequence.offer([reading(1, 4)]), false)
  sequence.offer([reading(1, 0), reading(1, 1)])
  t.same(delivered, ['1.0', '1.1', '1.2', '1.3'], 'what is next needs no room')
  t.same(sequence.missing, { from: at(1, 4) })
  sequence.settle(at(1, 9))
  t.same(sequence.next, at(1, 4), 'what found no room is not lost')
  sequence.beginAnswer()
  sequence.offer([reading(1, 4)])
  t.same(delivered.at(-1), '1.4')
})
