import t from 'tap'
import { type Cancel, every } from '../../../../src/clock.ts'
import type { VirtualClock } from '../../../../src/hal/simulated/virtual-clock.ts'
import { topic } from '../../../support/history.ts'
import { asked, packOf, queryLimits } from '../../../support/query/bench.ts'
import { against } from '../../../support/query/hand-answered.ts'

const signal = new AbortController().signal
const KIB = 1024

t.test('a page of history asks for what fits, and the next one goes over the next circuit', async (t) => {
  const left = [100 * KIB, 24 * KIB, 60 * KIB]
  const limits = left.map((bytes) => ({ bytes: BigInt(bytes) }))
  const { client, requests, streams } = against(
    ({ id, from = 0, limit = 0 }, send) => {
      const pack = packOf(from)
      const { epoch, boot } = pack.readings[0]?.position ?? { epoch: 0, boot: '' }
      const pos = { epoch, boot, seq: from + 1 }
      send({ id, pack: pack.bytes, pos })
      const spent = limits[streams.length - 1]
      if (spent !== undefined) spent.bytes -= BigInt(limit * queryLimits.answerBytes)
      send(from < 3 ? { id, end: true, pos } : { id, end: true })
    },
    (stream) => limits[stream]
  )
  const events = client.history(asked, [topic], { n: 'hall' }, signal)
  const seqs: number[] = []
  const all = (async () => {
    for await (const event of events)
      if (event.kind === 'sealed') seqs.push(event.sealed.readings[0]?.position.seq ?? -1)
  })()
  await all
  t.same(seqs, [0, 1, 2, 3], 'each once')
  t.same(
    requests.filter(({ op }) => op === 'history').map(({ limit }) => limit),
    [5, 1, 3, Math.min(queryLimits.historyItems, 64)],
    'with 7 KiB in reserve, then without a limit'
  )
  t.equal(streams.length, 4)
})

t.test('observe asks less often, and goes over to the next circuit before the first one ends', async (t) => {
  const limits = (_: number, clock: VirtualClock) => {
    const end = clock.monotonic() + 120_000
    return {
      get seconds() {
        return Math.max(0, (end - clock.monotonic()) / 1000)
      }
    }
  }
  /** What sends `alive` on each stream. */
  const alive = new Map<unknown, Cancel>()
  const { client, clock, requests, streams } = against(({ id, op }, send) => {
    if (op === 'cancel') {
      alive.get(send)?.()
      send({ id, end: true })
    }
    if (op !== 'observe') return
    send({ id, pack: packOf(7).bytes, old: true })
    alive.set(
      send,
      every(clock, 30_000, () => send({ id, alive: true }))
    )
  }, limits)
  const events = client.observe(asked, [topic], { credit: 8 }, signal)
  for (let sealed = 0; sealed < 3; ) {
    const { value } = await clock.run(events.next())
    if (value?.kind === 'sealed') sealed += 1
    else t.equal(value?.kind, 'alive')
  }
  await events.return()
  t.equal(streams.length, 3)
  t.ok(clock.monotonic() >= 2 * 105_000 && clock.monotonic() < 2 * 120_000, `${clock.monotonic()} ms`)
  const asks = requests.filter(({ op }) => op === 'observe').map((request) => request.every)
  t.same(asks, [10, 10, 10])
})
