import t from 'tap'
import { PeerDirectory } from '../../../src/node/peers/directory.ts'
import { select } from '../../../src/node/peers/selection.ts'
import { AddressBook } from '../../../src/peer/book/book.ts'

const HALL = '12D3KooWMFbyWpEpag1TWQgq8wF3LAGxuduCniJwioo54e3yZ2ES'
const ATTIC = '12D3KooWSqa5oTZxNL6fFuQfjx1VsYtdag8SvRNcKG5RMVjmwE56'
const entry = (name: string, peer: string, purposes: string[]) => ({
  name,
  peer,
  purposes,
  addresses: [],
  time: false
})
const directory = new PeerDirectory({
  self: { peer: '12D3KooWCXPjTrGXNoByMuxjyBSpfJFR4GRTYGEbLQfNkeKP7Wxg', name: 'shed', purposes: [] },
  book: new AddressBook([entry('hall', HALL, ['climate']), entry('attic', ATTIC, ['climate'])], {
    capacity: 8
  }),
  claims: () => [],
  claimOf: () => undefined,
  near: () => [],
  isConnected: () => false
})
const spoken = {
  quantitiesOf: (protocol: string) => (protocol === '/sensor/temp/v1' ? ['temperature'] : undefined),
  isQuantity: (name: string) => ['temperature', 'voltage'].includes(name)
}

const all = [
  { peer: HALL, device: 'air', quantity: 'temperature' },
  { peer: HALL, device: 'adc', quantity: 'voltage', channel: 'a0' },
  { peer: HALL, device: 'adc', quantity: 'voltage', channel: 'a1' },
  { peer: ATTIC, device: 'air', quantity: 'temperature' }
]

for (const [who, what, indexes] of [
  [undefined, undefined, [0, 1, 2, 3]],
  ['hall', undefined, [0, 1, 2]],
  ['hall/air', undefined, [0]],
  ['climate', undefined, [0, 1, 2, 3]],
  ['climate/air', undefined, [0, 3]],
  ['temperature', undefined, [0, 3]],
  ['hall', 'temperature', [0]],
  ['hall', '/sensor/temp/v1', [0]],
  ['hall', 'adc/voltage.a1', [2]],
  ['hall', 'adc/voltage', [1, 2]],
  ['hall', 'adc', [1, 2]],
  ['hall', `${HALL}/adc/voltage.a0`, [1]],
  ['hall', 'nothing', []]
] as const) {
  t.test(`${who ?? 'everybody'}, ${what ?? 'everything'}`, async (t) => {
    const { matches } = select(who, what, directory, spoken)
    t.same(
      all.map((series, i) => (matches(series) ? i : -1)).filter((i) => i >= 0),
      indexes
    )
  })
}

t.test(
  'a purpose that is the name of a quantity means that quantity, a peer of that name all it has',
  async (t) => {
    const named = (entries: ConstructorParameters<typeof AddressBook>[0]): number[] => {
      const book = new AddressBook(entries, { capacity: 8 })
      const self = { peer: ATTIC, name: 'shed', purposes: [] }
      const claims = { claims: () => [], claimOf: () => undefined }
      const found = new PeerDirectory({ self, book, ...claims, near: () => [], isConnected: () => false })
      const { matches } = select('voltage', undefined, found, spoken)
      return all.map((series, i) => (matches(series) ? i : -1)).filter((i) => i >= 0)
    }
    t.same(named([entry('hall', HALL, ['voltage'])]), [1, 2])
    t.same(named([entry('voltage', HALL, [])]), [0, 1, 2])
    t.same(named([entry('voltage', HALL, ['voltage'])]), [0, 1, 2])
  }
)

t.test('what is not known is refused', async (t) => {
  t.throws(() => select('cellar', undefined, directory, spoken), { code: 'nobody-found' })
  t.throws(() => select('hall', '/sensor/what/v1', directory, spoken), { code: 'no-such' })
})
