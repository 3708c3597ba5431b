import t from 'tap'
import { TailPacks } from '../../../../src/reading/history/sqlite/tail-packs.ts'
import type { Reading } from '../../../../src/reading/reading.ts'
import { openSeal, SEAL_BYTES } from '../../../../src/reading/signed/seal.ts'
import type { Sealer } from '../../../../src/reading/signed/sealer.ts'
import { historyBench, readingsOf, runOf, topic, us } from '../../../support/history.ts'

const run = runOf(1_790_000_000)
const tail = (count: number, first = 0): Reading[] => readingsOf(us.peer, run, first, first + count - 1)

/** Counts the packs that are signed. */
function counted(maxPayload = 1024) {
  const signed: number[] = []
  const sealer: Sealer = {
    ...us,
    pack(...given) {
      const pack = us.pack(...given)
      signed.push(pack.readings.length)
      return pack
    }
  }
  return { signed, tailPacks: new TailPacks(sealer, () => maxPayload) }
}

t.test('a tail of any length comes in packs that every receiver of the protocol takes', async (t) => {
  for (const count of [1, 80, 81, 82, 200, 255]) {
    const packs = counted().tailPacks.of(topic, tail(count))
    for (const { bytes } of packs) t.ok(openSeal('pack', bytes).payload.length <= 1024)
    const seqs = packs.flatMap(({ readings }) => readings.map(({ position }) => position.seq))
    t.strictSame(
      seqs,
      Array.from({ length: count }, (_, seq) => seq)
    )
  }
})

t.test('each is signed once, the last again where the tail has grown', async (t) => {
  const { signed, tailPacks } = counted()
  const first = tailPacks.of(topic, tail(200))
  const made = signed.length
  t.ok(made >= 3, `${made} packs`)
  for (let question = 0; question < 10; question++) tailPacks.of(topic, tail(200))
  t.equal(signed.length, made, 'questions cost no signature')
  const grown = tailPacks.of(topic, tail(201))
  t.ok(signed.length <= made + 2)
  t.strictSame(grown.slice(0, -2), first.slice(0, grown.length - 2), 'the full ones are the same bytes')
  const sealed = tailPacks.of(topic, tail(201 - 128, 128))
  t.equal(sealed[0]?.readings[0]?.position.seq, 128, 'what lies in a block is in no pack')
})

t.test('the packs of another run are made anew', async (t) => {
  const { tailPacks } = counted()
  tailPacks.of(topic, tail(10))
  const other = readingsOf(us.peer, runOf(1_790_000_001), 0, 9)
  t.strictSame(
    tailPacks.of(topic, other).flatMap(({ readings }) => readings.map(({ position }) => position.epoch)),
    other.map(() => 1_790_000_001)
  )
})

t.test('a reading that no pack can hold waits for its block, and those after it', async (t) => {
  const rows = tail(3)
  const [, second] = rows
  if (second === undefined) throw new Error('there are three')
  const { value: _, ...missing } = second
  rows[1] = { ...missing, fault: { code: 'bus-error', text: 'x'.repeat(200) } }
  t.strictSame(
    counted(256)
      .tailPacks.of(topic, rows)
      .flatMap(({ readings }) => readings.map(({ position }) => position.seq)),
    [0]
  )
})

t.test('history answers with them', async (t) => {
  const { history } = historyBench()
  t.teardown(() => history.close())
  history.beginRun(run, { mono: 0, unix: null, quality: 2 })
  history.appendOwn(tail(200))
  const { items } = history.items(`${us.peer}/hall/temperature`, undefined, { items: 64, bytes: 2 ** 20 })
  t.equal(items.at(-1)?.to, 199)
  t.strictSame(
    items.filter((item) => item.kind === 'lost' || item.bytes.length > 1024 + SEAL_BYTES),
    []
  )
})
