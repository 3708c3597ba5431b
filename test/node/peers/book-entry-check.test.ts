import t from 'tap'
import { checkBookEntry } from '../../../src/node/peers/book-entry-check.ts'

t.test('what can be asked for and dialled is taken', async (t) => {
  const addresses = ['/ip4/192.168.1.20/tcp/4001', '/dns4/hall.example.org/tcp/4001']
  t.doesNotThrow(() => checkBookEntry({ purposes: ['temperature', 'soil-2'], addresses }))
  t.doesNotThrow(() => checkBookEntry({ purposes: [], addresses: [] }))
})

t.test('an entry that could not be used is refused', async (t) => {
  for (const purpose of ['Soil', 'a b', '', 'x'.repeat(33)])
    t.throws(
      () => checkBookEntry({ purposes: ['soil', purpose], addresses: [] }),
      { code: 'bad-name' },
      purpose
    )
  for (const address of ['nonsense', '', '/', '/ip4/1.2.3.400/tcp/1', '/nope/1'])
    t.throws(() => checkBookEntry({ purposes: [], addresses: [address] }), { code: 'bad-multiaddr' }, address)
})
