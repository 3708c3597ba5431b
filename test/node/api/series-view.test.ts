import t from 'tap'
import { type ViewContext, viewReading } from '../../../src/node/api/series-view.ts'
import type { ReceivedBy } from '../../../src/reading/signed/sealed.ts'
import { allQuantities, readingOf, testSigner } from '../../support/readings.ts'

const NOW = 1_790_000_000
const YEAR = 365 * 86_400
const { peer } = testSigner(4)

function viewed(
  receivedBy: ReceivedBy,
  sinceReceived: number,
  time: number | null,
  now: number | undefined = NOW
) {
  const context: ViewContext = {
    quantities: allQuantities,
    now,
    labelOf: () => 'm2',
    isKnown: () => false,
    reachable: () => true
  }
  const reading = readingOf(peer, { time, quality: time === null ? 2 : 0, interval: 1 })
  const { state, age } = viewReading(reading, receivedBy, sinceReceived, context)
  return { state, age }
}

t.test('what comes live is fresh while it comes, whatever the clock of its author says', async (t) => {
  for (const behind of [0, 10, 119, 2 * YEAR]) {
    t.equal(viewed('gossip', 1, NOW - 1 - behind).state, 'value', `${behind} s behind`)
    t.equal(viewed('gossip', 3, NOW - 3 - behind).state, 'stale', `${behind} s behind, and silent`)
  }
  t.equal(viewed('gossip', 1, NOW + 300).state, 'value', 'ahead')
  t.equal(viewed('gossip', 3, NOW + 300).state, 'stale')
  t.strictSame(viewed('gossip', 1, NOW - 2 * YEAR), { state: 'value', age: 1 })
  t.strictSame(viewed('gossip', 1, NOW - 1.5), { state: 'value', age: 1.5 })
})

t.test('what was asked for is old where it was old when it came', async (t) => {
  t.equal(viewed('read', 1, NOW - 3600).state, 'stale')
  t.equal(viewed('history', 0, NOW - 62).state, 'stale')
  t.strictSame(viewed('history', 0, NOW - 3600), { state: 'stale', age: 3600 })
  t.equal(viewed('read', 1, NOW - 11).state, 'value', 'of a peer whose clock is 10 s behind')
  t.equal(viewed('read', 3, NOW - 13).state, 'stale')
})

t.test('without clocks, the time since it came counts', async (t) => {
  t.strictSame(viewed('read', 1, null), { state: 'value', age: 1 })
  t.strictSame(viewed('gossip', 5, null), { state: 'stale', age: 5 })
})
