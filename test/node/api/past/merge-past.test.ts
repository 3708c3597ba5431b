import t from 'tap'
import { PastMerger } from '../../../../src/node/api/past/merge-past.ts'
import type { GivenBy, PastEvent, PastSource, Span } from '../../../../src/node/api/past/past-source.ts'
import { readingsOf, runOf, us } from '../../../support/history.ts'

const RUN = runOf(10)
const at = (seq: number) => ({ ...RUN, seq })

/** Has some seqs of one run, says what is between them, and notes what it was asked for. */
class Holder implements PastSource {
  readonly asked: Span[] = []
  readonly by: GivenBy
  readonly #seqs: readonly number[]
  readonly #lost: readonly number[]
  readonly #failsAt: number

  constructor(name: string, seqs: readonly number[], lost: readonly number[] = [], failsAt = Infinity) {
    this.by = { from: 'holder', holder: name }
    this.#seqs = seqs
    this.#lost = lost
    this.#failsAt = failsAt
  }

  async *past(_series: string, span: Span): AsyncGenerator<PastEvent> {
    this.asked.push(span)
    const first = span.from?.seq ?? 0
    let next = first
    for (const seq of this.#seqs.filter((seq) => seq >= first)) {
      if (seq >= this.#failsAt) throw new Error('gone')
      if (seq > next)
        yield { kind: 'hole', span: { from: at(next), before: at(seq) }, lost: this.#lost.includes(next) }
      for (const reading of readingsOf(us.peer, RUN, seq, seq)) yield { kind: 'reading', reading }
      next = seq + 1
    }
    yield { kind: 'hole', span: { from: at(next), before: span.before }, lost: false }
  }
}

async function merged(...sources: readonly Holder[]): Promise<string[]> {
  const found: string[] = []
  const merger = new PastMerger(sources, 'series', new AbortController().signal)
  for await (const piece of merger.pieces({ from: undefined, before: undefined }))
    found.push(
      'lost' in piece
        ? `lost ${piece.lost.from}-${piece.lost.to}`
        : `${piece.by.holder}${piece.reading.position.seq}`
    )
  return found
}

t.test('what the first does not have is taken from the next ones, in order and each once', async (t) => {
  const a = new Holder('a', [0, 1, 5])
  const b = new Holder('b', [0, 2, 4, 5, 6])
  const c = new Holder('c', [0, 1, 2, 3, 4, 5, 6, 7])
  t.strictSame(await merged(a, b, c), ['a0', 'a1', 'b2', 'c3', 'b4', 'a5', 'b6', 'c7'])
  t.match(b.asked, [
    { from: { seq: 2 }, before: { seq: 5 } },
    { from: { seq: 6 }, before: undefined }
  ])
})

t.test('what nobody has is left out, and lost where its author says so', async (t) => {
  t.strictSame(await merged(new Holder('a', [0, 4]), new Holder('b', [2])), ['a0', 'b2', 'a4'])
  t.strictSame(await merged(new Holder('a', [0, 4], [1]), new Holder('b', [2])), [
    'a0',
    'lost 1-1',
    'b2',
    'lost 3-3',
    'a4'
  ])
})

t.test('one that fails is followed by the next, from there on', async (t) => {
  const a = new Holder('a', [0, 1, 2, 3], [], 2)
  t.strictSame(await merged(a, new Holder('b', [0, 1, 2, 3])), ['a0', 'a1', 'b2', 'b3'])
  t.strictSame(await merged(new Holder('a', [0], [], 0)), [], 'the last one may fail too')
})

t.test('after 64 holes others are asked once for all that follows', async (t) => {
  const even = Array.from({ length: 100 }, (_, i) => i * 2)
  const b = new Holder('b', [])
  t.equal((await merged(new Holder('a', even), b)).length, 100)
  t.equal(b.asked.length, 65)
  t.match(b.asked.at(-1), { from: { seq: 129 }, before: undefined })
  const all = Array.from({ length: 210 }, (_, i) => i)
  const whole = await merged(new Holder('a', even), new Holder('b', [150, 151, 153]), new Holder('c', all))
  t.strictSame(
    whole.map((text) => Number(text.slice(1))),
    all
  )
  t.strictSame(whole.slice(150, 154), ['a150', 'b151', 'a152', 'b153'], 'of two that have it the first')
})

t.test('what follows 64 holes is lost where its author says so and nobody has it', async (t) => {
  const even = Array.from({ length: 100 }, (_, i) => i * 2)
  const found = await merged(new Holder('a', even, [151, 153, 155]), new Holder('b', [153, 209]))
  t.strictSame(found.slice(found.indexOf('a150')), [
    'a150',
    'lost 151-151',
    'a152',
    'b153',
    'a154',
    'lost 155-155',
    ...even.slice(78).map((seq) => `a${seq}`),
    'b209'
  ])
  const gaps = await merged(new Holder('a', even), new Holder('b', [149, 160], [150]))
  t.strictSame(
    gaps.filter((text) => text.startsWith('lost')),
    [151, 153, 155, 157, 159].map((seq) => `lost ${seq}-${seq}`),
    'a lost range of another one leaves out what the first has'
  )
  const gone = await merged(new Holder('a', even, [], 180), new Holder('b', [181, 209]))
  t.strictSame(gone.slice(-3), ['a178', 'b181', 'b209'], 'it goes on where the first one fails')
})

t.test('an aborted request ends, whatever its source says', async (t) => {
  const abort = new AbortController()
  const merger = new PastMerger([new Holder('a', [0, 1], [], 1), new Holder('b', [1])], 's', abort.signal)
  const pieces = merger.pieces({ from: undefined, before: undefined })
  await pieces.next()
  abort.abort(new Error('left'))
  await t.rejects(pieces.next(), { message: 'left' })
})
