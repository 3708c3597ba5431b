import t from 'tap'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { type Log, type LogFields, silentLog } from '../../../src/log.ts'
import { Access } from '../../../src/peer/access/access.ts'
import type { BookEntry } from '../../../src/peer/book/book.ts'

const heater = { kind: 'switch', name: 'heater' } as const
const caller = (peer: string) => ({ peer, host: undefined, direct: false })
const asPeer = (peer: string) => ({ kind: 'peer', caller: caller(peer) }) as const

function bench(callers = 4) {
  const clock = new VirtualClock()
  const lines: { message: string; fields: LogFields | undefined }[] = []
  const log: Log = { ...silentLog, info: (message, fields) => lines.push({ message, fields }) }
  const denied = new Set<string>()
  let book: readonly BookEntry[] = []
  const access = new Access({
    clock,
    log,
    callers,
    labelOf: (peer) => `label of ${peer}`,
    grants: [],
    denies: (peer) => denied.has(peer),
    entriesOf: (peer) => book.filter((entry) => entry.peer === peer),
    isName: (word) => book.some(({ name }) => name === word),
    isNear: () => false,
    privates: new Set()
  })
  const setBook = (...entries: BookEntry[]): void => {
    book = entries
    access.changed()
  }
  return { access, clock, lines, denied, setBook }
}

t.test('each request is counted, and a refusal is logged once a minute a caller', async (t) => {
  const { access, clock, lines } = bench()
  for (let i = 0; i < 100; i++) access.may(asPeer('anna'), 'operate', heater)
  access.may({ kind: 'local' }, 'operate', heater)
  access.may(asPeer('bert'), 'own', { kind: 'node' })
  access.decide(asPeer('cleo'), 'own', { kind: 'node' })
  t.strictSame(access.counters, { 'refused.operate': 100, allowed: 1, 'refused.own': 1 })
  t.strictSame(lines, [
    { message: 'access refused: operate on heater', fields: { who: 'label of anna', peer: 'anna' } },
    { message: 'access refused: own on the node', fields: { who: 'label of bert', peer: 'bert' } }
  ])
  await clock.advance(60_000)
  access.may(asPeer('anna'), 'operate', heater)
  t.equal(lines.length, 3)
})

t.test('ten thousand callers that are refused make no more lines than configured', async (t) => {
  const { access, clock, lines } = bench(4)
  for (let minute = 1; minute <= 3; minute++) {
    for (let i = 0; i < 10_000; i++) access.may(asPeer(`peer ${i}`), 'read', heater)
    t.equal(lines.length, 4 * minute)
    t.equal(clock.pending, 0, 'nothing is planned for them')
    await clock.advance(60_000)
  }
  t.strictSame(access.counters, { 'refused.read': 30_000 })
})

t.test(
  'what uses a protocol ends with its right, by a change of the book, of deny or of the grants',
  async (t) => {
    const { access, denied, setBook } = bench()
    const anna = { name: 'anna', peer: 'anna', purposes: [], addresses: [], time: false }
    const privates = new Set<string>()
    const ended: string[] = []
    const use = (peer: string, anyone = false): (() => void) =>
      access.whileUsed(caller(peer), '/doc/notes/v1', () => ended.push(peer), anyone)
    setBook(anna)
    access.update([{ who: 'bert', may: ['read'], on: ['/doc/notes/v1'] }], privates)
    const stops = [use('anna'), use('bert'), use('cleo', true)]
    setBook(anna)
    t.strictSame(ended, [])
    setBook()
    t.strictSame(ended.splice(0), ['anna'])
    stops[0]?.()
    access.update([{ who: 'bert', may: ['read'], on: ['/doc/other/v1'] }], privates)
    t.strictSame(ended.splice(0), ['bert'])
    stops[1]?.()
    denied.add('cleo')
    access.changed()
    t.strictSame(ended.splice(0), ['cleo'])
    stops[2]?.()
    const broken = access.onChange(() => {
      throw new Error('broken')
    })
    const stop = use('anna')
    access.changed()
    t.strictSame(ended.splice(0), ['anna'], 'one that cannot be ended keeps no other')
    broken()
    stop()
    access.changed()
    t.strictSame(ended, [], 'nobody listens any more')
  }
)
