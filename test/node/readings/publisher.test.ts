import t from 'tap'
import { Publisher } from '../../../src/node/readings/publisher.ts'
import type { Reading } from '../../../src/reading/reading.ts'
import type { SealedReadings } from '../../../src/reading/signed/sealed.ts'
import { readingOf } from '../../support/readings.ts'

const PEER = '12D3KooWPublisher'
const RUN = { epoch: 1_790_000_000, boot: '0011223344556677' }
const ANCHOR = { unix: null, mono: 0, quality: 2 } as const

/** A publisher whose neighbours note what reaches them, in order. */
function publisher(): { publisher: Publisher; calls: string[] } {
  const calls: string[] = []
  const note =
    (name: string) =>
    (...args: unknown[]): void => {
      calls.push([name, ...args.filter((arg) => typeof arg === 'string')].join(' '))
    }
  const made = new Publisher({
    hub: {
      add(_, receivedBy) {
        calls.push(`hub ${receivedBy}`)
        return []
      }
    },
    history: { beginRun: note('beginRun'), anchor: note('anchor'), appendOwn: note('appendOwn') },
    catalogue: { changed: note('changed'), newRun: note('newRun') },
    gossip: { publish: note('gossip') }
  })
  return { publisher: made, calls }
}

function pack(...readings: Reading[]): SealedReadings {
  return { kind: 'pack', topic: '/sensor/temp/v1', author: PEER, bytes: new Uint8Array(1), readings }
}

function failed(): Reading {
  const { value: _, ...rest } = readingOf(PEER)
  return { ...rest, fault: { code: 'bus', text: 'no answer' } } as Reading
}

t.test('a pack goes to the hub, the catalogue and gossip, in this order', async (t) => {
  const { publisher: made, calls } = publisher()
  made.publish(pack(readingOf(PEER)), 'everyone')
  t.strictSame(calls, ['hub own', 'changed', 'gossip /sensor/temp/v1'])
})

t.test('a pack for the book is not published by gossip', async (t) => {
  const { publisher: made, calls } = publisher()
  made.publish(pack(readingOf(PEER)), 'book')
  t.strictSame(calls, ['hub own', 'changed'])
})

t.test('the catalogue changes with the state of a series, not with its value', async (t) => {
  const { publisher: made, calls } = publisher()
  const changes = (): number => calls.filter((call) => call === 'changed').length
  made.publish(pack(readingOf(PEER)), 'everyone')
  made.publish(pack(readingOf(PEER, { value: 30 })), 'everyone')
  t.equal(changes(), 1)
  made.publish(pack(failed()), 'everyone')
  made.publish(pack(failed()), 'everyone')
  t.equal(changes(), 2, 'once for a fault')
  made.publish(pack(readingOf(PEER), readingOf(PEER, { series: `${PEER}/hall/humidity` })), 'everyone')
  t.equal(changes(), 3, 'once for a pack, whatever it changes')
})

t.test('of what the author writes only a new run reaches the catalogue', async (t) => {
  const { publisher: made, calls } = publisher()
  made.history.beginRun(RUN, ANCHOR)
  made.history.anchor(RUN, ANCHOR)
  made.history.appendOwn([readingOf(PEER)])
  t.strictSame(calls, ['beginRun', 'newRun', 'anchor', 'appendOwn'])
})
