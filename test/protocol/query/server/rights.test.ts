import t from 'tap'
import { runOf, topic, us } from '../../../support/history.ts'
import {
  asked,
  packOf,
  queryBench,
  RawAsker,
  reading,
  sealedMeta,
  settle
} from '../../../support/query/bench.ts'

function codes(answers: readonly { error?: { code: string } | undefined }[]): (string | undefined)[] {
  return answers.map(({ error }) => error?.code)
}

t.test('rights that are taken away end what runs by them, and nothing else', async (t) => {
  const listeners = new Set<() => void>()
  const rights = { answers: true, hall: true }
  const bench = queryBench({
    admission: { answers: () => rights.answers },
    mayRead: (_, { device }) => device !== 'hall' || rights.hall,
    catalogues: {
      sealed: () => sealedMeta(),
      series: () => [`${asked}/hall/temperature`, `${asked}/attic/temperature`]
    },
    onAccessChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    }
  })
  const change = (to: Partial<typeof rights>): void => {
    Object.assign(rights, to)
    for (const listener of listeners) listener()
  }
  await bench.server.start()
  bench.hub.add(us.pack(topic, [reading(0, 'hall'), reading(0, 'attic')]))
  const raw = new RawAsker(bench.open())
  await raw.ask({ id: 1, op: 'observe', n: 'hall' }, { id: 2, op: 'observe', n: 'attic' })
  change({})
  t.same(await raw.heard(), [], 'a change that is none to it ends nothing')
  change({ hall: false })
  t.match(await raw.heard(), [{ id: 1, error: { code: 'denied' } }])
  t.equal(bench.hub.subscribers.size, 1)
  t.same(codes(await raw.ask({ id: 3, op: 'read', n: 'hall' })), ['no-such'])
  change({ answers: false })
  t.match(await raw.heard(), [{ id: 2, error: { code: 'denied' } }])
  t.equal(bench.hub.subscribers.size, 0)
  t.same(codes(await raw.ask({ id: 4, op: 'read' })), ['denied'])
  await bench.server.stop()
  t.equal(listeners.size, 0)
})

t.test('a history that a slow reader is being sent ends with the right to it', async (t) => {
  const listeners = new Set<() => void>()
  let isReadable = true
  let pages = 0
  const run = runOf(1_790_000_000)
  const bench = queryBench({
    mayRead: () => isReadable,
    history: {
      series: () => [`${asked}/hall/temperature`],
      items(_series, from) {
        pages++
        const seq = from?.seq ?? 0
        const { bytes } = packOf(seq)
        const items = Array.from({ length: 8 }, () => ({
          kind: 'pack' as const,
          topic,
          run,
          from: seq,
          to: seq,
          bytes
        }))
        return { items, next: { ...run, seq: seq + 1 } }
      }
    },
    onAccessChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    }
  })
  await bench.server.start()
  const raw = new RawAsker(bench.open())
  raw.stream.stall()
  for (let id = 1; id <= 32; id++) raw.send({ id, op: 'history', n: 'hall' })
  await settle()
  const before = pages
  isReadable = false
  for (const listener of listeners) listener()
  raw.stream.release()
  const codesById = new Map((await raw.heard()).map(({ id, error, end }) => [id, error?.code ?? end]))
  const ends = [...codesById.values()]
  t.ok(ends.includes('denied'), 'those that had not ended')
  t.ok(
    ends.every((end) => end === 'denied' || end === true),
    'nothing comes behind the end'
  )
  t.equal(pages, before, 'nothing more is looked up')
})
