import t from 'tap'
import { VirtualClock } from '../../../../src/hal/simulated/virtual-clock.ts'
import { silentLog } from '../../../../src/log.ts'
import { type DescribeAccessInit, describeAccess } from '../../../../src/node/api/access/describe-access.ts'
import { Access } from '../../../../src/peer/access/access.ts'
import { AddressBook, type BookEntry } from '../../../../src/peer/book/book.ts'

const ANNA = `12D3KooW${'A'.repeat(44)}`
const BERT = `12D3KooW${'B'.repeat(44)}`

const entry = (name: string, peer: string, more: Partial<BookEntry> = {}): BookEntry => ({
  name,
  peer,
  purposes: [],
  addresses: [],
  time: false,
  ...more
})
const book = new AddressBook(
  [entry('anna', ANNA, { purposes: ['weather'] }), entry('bert', BERT, { may: ['operate:heater', 'own'] })],
  { capacity: 8 }
)
const access = new Access({
  clock: new VirtualClock(),
  log: silentLog,
  callers: 8,
  labelOf: (peer) => peer,
  grants: [
    { who: 'weather', may: ['read', 'operate'], on: ['heater'], by: 'kith.yaml:4' },
    { who: 'cleo', may: ['configure'], by: 'kith.yaml:7' },
    { who: 'mqtt', may: ['read'], by: 'kith.yaml:9' }
  ],
  denies: (peer) => peer === 'denied',
  entriesOf: (peer) => book.entriesOf(peer),
  isName: (word) => book.get(word) !== undefined,
  isNear: ({ direct, host }) => direct && host === undefined,
  privates: new Set(['door'])
})
const named = (name: string) => ({ name })
const init = {
  access,
  entries: () => book.entries(),
  config: () => ({ sensors: [named('air'), named('door')], switches: [named('heater')], deny: ['spy'] }),
  resolve: (who: string) => [{ peer: book.get(who)?.peer ?? who }],
  labelOf: (peer: string) => book.ofPeer(peer)?.name ?? peer,
  callerOf: () => undefined
} as unknown as DescribeAccessInit

/** `read air yes: in the book` */
function said(who?: string): string[] {
  return describeAccess(init, who === undefined ? {} : { who }).map(
    ({ who, word, on, allowed, by, means }) =>
      `${who} ${word} ${on}${allowed ? '' : ' not'}: ${by.join(', ')}${means ? ` = ${means.join()}` : ''}`
  )
}

t.test('all grants, each with its line and whom it means now', async (t) => {
  t.strictSame(said(), [
    'book read everything: in the book',
    'near read everything but private: on the local network',
    'weather read heater: kith.yaml:4 = anna',
    'weather operate heater: kith.yaml:4 = anna',
    'cleo configure the node: kith.yaml:7 = ',
    'mqtt read everything: kith.yaml:9',
    'bert operate heater: book: bert',
    'bert own the node: book: bert',
    'spy all everything not: deny'
  ])
})

t.test('what one may, word for word, with every reason', async (t) => {
  t.strictSame(said('anna'), [
    'anna read air: in the book',
    'anna read door: in the book',
    'anna read heater: in the book, kith.yaml:4',
    'anna operate heater: kith.yaml:4',
    'anna configure the node not: ',
    'anna own the node not: '
  ])
  t.match(said('bert'), [/./, /./, /./, 'bert operate heater: book: bert, book: bert'])
  t.strictSame(said('near'), [
    'near read air: on the local network',
    'near read door not: ',
    'near read heater: on the local network',
    'near operate heater not: ',
    'near configure the node not: ',
    'near own the node not: '
  ])
  t.strictSame(said('mqtt').slice(0, 4), [
    'mqtt read air: kith.yaml:9',
    'mqtt read door: kith.yaml:9',
    'mqtt read heater: kith.yaml:9',
    'mqtt operate heater not: '
  ])
  t.ok(
    said('denied').every((line) => line.endsWith('not: deny')),
    'deny is the only reason'
  )
  t.ok(said('anyone').every((line) => line.endsWith('not: ')))
})
