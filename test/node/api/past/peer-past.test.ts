import t from 'tap'
import { NodeError } from '../../../../src/error.ts'
import { PastMerger } from '../../../../src/node/api/past/merge-past.ts'
import type { PastEvent, PastSource } from '../../../../src/node/api/past/past-source.ts'
import { PeerPast } from '../../../../src/node/api/past/peer-past.ts'
import type { HistoryEvent, QueryClient } from '../../../../src/protocol/query/index.ts'
import type { SealedReadings } from '../../../../src/reading/signed/sealed.ts'
import { readingsOf, runOf, us } from '../../../support/history.ts'

const SERIES = readingsOf(us.peer, runOf(10), 0, 0)[0]?.series ?? ''
const HUGE = Number.MAX_SAFE_INTEGER - 1

function sealed(epoch: number, from: number, to: number): HistoryEvent {
  return {
    kind: 'sealed',
    sealed: { readings: readingsOf(us.peer, runOf(epoch), from, to) } as unknown as SealedReadings
  }
}

function lost(epoch: number, from: number, to: number): HistoryEvent {
  return { kind: 'lost', lost: { run: runOf(epoch), from, to } }
}

/** A peer with a connection that answers with these events; what is before the position asked for it leaves out. */
function peerWith(from: 'author' | 'holder', events: readonly HistoryEvent[]): PeerPast {
  async function* history(
    ...[, , { from }]: Parameters<QueryClient['history']>
  ): AsyncGenerator<HistoryEvent, void, void> {
    for (const event of events) {
      const position =
        event.kind === 'sealed' ? event.sealed.readings.at(-1)?.position : { epoch: Infinity, seq: 0 }
      if ((position?.epoch ?? 0) >= (from?.epoch ?? 0)) yield event
    }
  }
  return new PeerPast({
    by: from === 'author' ? { from } : { from, holder: 'den' },
    peer: from === 'author' ? us.peer : 'den',
    author: us.peer,
    queries: { history } as unknown as QueryClient,
    protocolsOf: () => [],
    open: async () => undefined,
    since: undefined
  })
}

async function merged(...sources: readonly PastSource[]): Promise<string[]> {
  const found: string[] = []
  const merger = new PastMerger(sources, SERIES, new AbortController().signal)
  for await (const piece of merger.pieces({ from: undefined, before: undefined })) {
    if ('lost' in piece) found.push(`lost ${piece.lost.epoch}:${piece.lost.from}-${piece.lost.to}`)
    if ('reading' in piece)
      found.push(`${piece.by.from} ${piece.reading.position.epoch}:${piece.reading.position.seq}`)
  }
  return found
}

t.test('a lost range of the author ends where it sends the next reading', async (t) => {
  const author = peerWith('author', [sealed(10, 0, 1), lost(10, 2, HUGE), sealed(10, 4, 5), sealed(11, 0, 0)])
  t.strictSame(await merged(author), [
    'author 10:0',
    'author 10:1',
    'lost 10:2-3',
    'author 10:4',
    'author 10:5',
    'author 11:0'
  ])
})

t.test('a lost range does not go back, nor to a run that is not reached', async (t) => {
  const back = peerWith('author', [sealed(10, 0, 2), lost(10, 0, 1), lost(99, 0, HUGE), sealed(10, 3, 3)])
  t.strictSame(
    await merged(back),
    [0, 1, 2, 3].map((seq) => `author 10:${seq}`)
  )
})

t.test('what a holder says is lost is asked of the author', async (t) => {
  const author = peerWith('author', [sealed(10, 0, 3), sealed(11, 0, 1)])
  const later = ['10:1', '10:2', '10:3', '11:0', '11:1'].map((position) => `author ${position}`)
  for (const epoch of [10, 99]) {
    const holder = peerWith('holder', [sealed(10, 0, 0), lost(epoch, 1, HUGE)])
    t.strictSame(await merged(holder, author), ['holder 10:0', ...later])
  }
  const between = peerWith('holder', [sealed(10, 0, 0), lost(10, 1, HUGE), sealed(11, 0, 0)])
  t.strictSame(await merged(between, author), [
    'holder 10:0',
    ...later.slice(0, 3),
    'holder 11:0',
    'author 11:1'
  ])
})

/** A store of which every second reading is missing. */
const sieve: PastSource = {
  by: { from: 'own' },
  *past(): Generator<PastEvent, void, void> {
    for (const reading of readingsOf(us.peer, runOf(10), 0, 39)) {
      const { position } = reading
      if (position.seq % 2 === 1) yield { kind: 'reading', reading }
      else
        yield {
          kind: 'hole',
          span: { from: position, before: { ...position, seq: position.seq + 1 } },
          lost: false
        }
    }
  }
}

/** A holder that fails each question. */
function failing(code: string): { holder: PeerPast; asked: { history: number; read: number } } {
  const asked = { history: 0, read: 0 }
  const fail = (op: 'history' | 'read'): never => {
    asked[op] += 1
    throw new NodeError(code, code)
  }
  const holder = new PeerPast({
    by: { from: 'holder', holder: 'den' },
    peer: 'den',
    author: us.peer,
    queries: {
      // biome-ignore lint/correctness/useYield: it fails before it has one
      history: async function* () {
        fail('history')
      },
      read: async () => fail('read')
    },
    protocolsOf: () => [],
    open: async () => undefined,
    since: undefined
  })
  return { holder, asked }
}

async function outcome(work: Promise<unknown>): Promise<unknown> {
  return await work.catch((error: unknown) => (error as NodeError).code)
}

t.test('a peer that failed is asked nothing more', async (t) => {
  const { signal } = new AbortController()
  for (const code of ['deadline', 'link-broken', 'denied']) {
    const { holder, asked } = failing(code)
    t.equal((await merged(sieve, holder)).length, 20)
    t.strictSame(asked, { history: 1, read: 0 }, code)
    t.equal(await outcome(holder.newest('other', signal)), code)
    t.equal(await outcome(holder.catalogue(signal)), code)
    t.strictSame(asked, { history: 1, read: 0 })
    t.equal((holder.failure as NodeError).code, code)
  }
  const { holder, asked } = failing('deadline')
  t.equal(await outcome(holder.newest(SERIES, signal)), 'deadline')
  await merged(sieve, holder)
  t.strictSame(asked, { history: 0, read: 1 }, 'nor after the newest could not be asked')
})

t.test('a peer that has nothing of a series is asked of it once, and of others', async (t) => {
  const { signal } = new AbortController()
  for (const code of ['no-such', 'no-data']) {
    const { holder, asked } = failing(code)
    t.equal(await holder.newest(SERIES, signal), undefined)
    t.equal((await merged(sieve, holder)).length, 20)
    t.equal(asked.history, 1, code)
    const more = holder.past('other', { from: undefined, before: undefined }, signal)
    t.equal(await outcome(more.next()), code)
    t.equal(asked.history, 2)
  }
})
