import t from 'tap'
import { ReadingIntake } from '../../../src/node/readings/intake.ts'
import type { Reading } from '../../../src/reading/reading.ts'
import type { SealedReadings } from '../../../src/reading/signed/sealed.ts'
import { readingOf } from '../../support/readings.ts'

const PEER = '12D3KooWAuthor'

function intake(fresh: readonly Reading[] = []): { intake: ReadingIntake; calls: string[] } {
  const calls: string[] = []
  const made = new ReadingIntake({
    hub: {
      add({ kind }, receivedBy) {
        calls.push(`hub ${kind} ${receivedBy}`)
        return fresh
      }
    },
    replicator: {
      take({ kind }) {
        calls.push(`replicator ${kind}`)
        return true
      },
      heard(author) {
        calls.push(`heard ${author}`)
      }
    }
  })
  return { intake: made, calls }
}

function sealed(kind: 'pack' | 'block'): SealedReadings {
  return {
    kind,
    topic: '/sensor/temp/v1',
    author: PEER,
    bytes: new Uint8Array(1),
    readings: [readingOf(PEER)]
  }
}

t.test('a pack goes to the hub alone, with the way it came', async (t) => {
  const { intake: made, calls } = intake()
  made.receive(sealed('pack'), 'gossip')
  made.receive(sealed('pack'), 'datagram')
  t.strictSame(calls, ['hub pack gossip', `heard ${PEER}`, 'hub pack datagram'], 'gossip: its author lives')
})

t.test('a block without a new position goes to the replicator too, after the hub', async (t) => {
  const { intake: made, calls } = intake()
  made.receive(sealed('block'), 'history')
  t.strictSame(calls, ['hub block history', 'replicator block'])
})

t.test('a block with a new position is stored by the hub, and not once more', async (t) => {
  const { intake: made, calls } = intake([readingOf(PEER)])
  made.receive(sealed('block'), 'history')
  t.strictSame(calls, ['hub block history'])
})

t.test('a pack that was asked for goes to the replicator where it brings no new position', async (t) => {
  const { intake: made, calls } = intake()
  made.receive(sealed('pack'), 'history')
  t.strictSame(
    calls,
    ['hub pack history', 'replicator pack'],
    'it may be the seal of readings that have lost theirs'
  )
  const { intake: other, calls: one } = intake([readingOf(PEER)])
  other.receive(sealed('pack'), 'history')
  t.strictSame(one, ['hub pack history'])
})
