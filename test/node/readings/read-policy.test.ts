import t from 'tap'
import { ReadPolicy } from '../../../src/node/readings/read-policy.ts'
import type { SeriesParts } from '../../../src/reading/series.ts'

const series = (peer: string, device: string): SeriesParts => ({ peer, device, quantity: 'temperature' })

const policy = (hasPrivate = true): ReadPolicy =>
  new ReadPolicy({
    self: 'us',
    inBook: (peer) => peer === 'friend',
    hasPrivate: () => hasPrivate,
    isPrivate: (device) => hasPrivate && device === 'bedroom',
    isPrivateElsewhere: (author, name) => author === 'other' && name === 'other/attic/temperature',
    shows: (author, asker) => asker !== 'far' || author !== 'other'
  })

t.test('series of this node: private ones are for peers of the book', async (t) => {
  const [shared, restricted] = [series('us', 'hall'), series('us', 'bedroom')]
  t.equal(policy().mayRead('guest', shared), true)
  t.equal(policy().mayRead('guest', restricted), false)
  t.equal(policy().mayRead('friend', restricted), true)
})

t.test(
  'series of other nodes: private ones are for nobody else, not for peers of the book either',
  async (t) => {
    t.equal(policy().mayRead('guest', series('other', 'hall')), true)
    t.equal(policy().mayRead('guest', series('other', 'attic')), false)
    t.equal(policy().mayRead('friend', series('other', 'attic')), false)
    // A device of the same name as a private one of ours.
    t.equal(policy().mayRead('guest', series('other', 'bedroom')), true)
  }
)

t.test('the restricted catalogue is for peers of the book, and only where a sensor is private', async (t) => {
  t.equal(policy().audienceOf('friend'), 'book')
  t.equal(policy().audienceOf('guest'), 'everyone')
  t.equal(policy(false).audienceOf('friend'), 'everyone')
})

t.test('of another author nothing is told to whom it is not shown', async (t) => {
  t.equal(policy().mayRead('guest', series('other', 'hall')), true)
  t.equal(policy().mayRead('far', series('other', 'hall')), false)
  t.equal(policy().mayLearnOf('far', 'other'), false)
  t.equal(policy().mayLearnOf('far', 'us'), true)
})
