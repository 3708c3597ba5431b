import t from 'tap'
import { ReadPolicy } from '../../../src/node/readings/read-policy.ts'
import type { Principal, Thing } from '../../../src/peer/access/access.ts'
import type { SeriesParts } from '../../../src/reading/series.ts'

const series = (peer: string, device: string): SeriesParts => ({ peer, device, quantity: 'temperature' })
const caller = (peer: string) => ({ peer, host: undefined, direct: true })

/** What each may read of us: a guest what is public, a granted stranger one series or all. */
const RIGHTS: Readonly<Record<string, readonly string[]>> = {
  friend: ['hall', 'bedroom', 'attic'],
  guest: ['hall', 'attic'],
  'trusted-guest': ['hall', 'attic', 'bedroom'],
  granted: ['hall'],
  odd: ['hall', 'bedroom']
}

function mayRead(principal: Principal, thing: Thing): boolean {
  const [device = ''] = thing.kind === 'series' ? thing.name.split('/') : []
  return principal.kind === 'peer' && (RIGHTS[principal.caller.peer] ?? []).includes(device)
}

const policy = (hasPrivate = true): ReadPolicy =>
  new ReadPolicy({
    self: 'us',
    access: {
      decide: (who, _, thing) => ({ allowed: mayRead(who, thing), by: undefined }),
      isPrivate: (device) => device === 'bedroom'
    },
    isKnown: ({ peer }) => peer !== 'granted' && peer !== 'odd',
    own: () => ['hall', 'attic', ...(hasPrivate ? ['bedroom'] : [])].map((device) => `${device}/temperature`),
    isPrivateElsewhere: (author, name) => author === 'other' && name === 'other/attic/temperature',
    shows: (author, asker) => asker !== 'far' || author !== 'other'
  })

t.test('series of this node: as its access decides', async (t) => {
  t.equal(policy().mayRead(caller('guest'), series('us', 'hall')), true)
  t.equal(policy().mayRead(caller('guest'), series('us', 'bedroom')), false)
  t.equal(policy().mayRead(caller('friend'), series('us', 'bedroom')), true)
  t.equal(policy().mayRead(caller('granted'), series('us', 'hall')), true)
  t.equal(policy().mayRead(caller('granted'), series('us', 'attic')), false)
})

t.test(
  'series of other nodes: private ones are for nobody else, not for peers of the book either',
  async (t) => {
    t.equal(policy().mayRead(caller('guest'), series('other', 'hall')), true)
    t.equal(policy().mayRead(caller('guest'), series('other', 'attic')), false)
    t.equal(policy().mayRead(caller('friend'), series('other', 'attic')), false)
    // A device of the same name as a private one of ours.
    t.equal(policy().mayRead(caller('guest'), series('other', 'bedroom')), true)
  }
)

t.test('series of other nodes are not ours to grant', async (t) => {
  t.equal(policy().mayRead(caller('granted'), series('other', 'hall')), false)
  t.equal(policy().mayLearnOf(caller('granted'), 'other'), false)
  t.equal(policy().mayLearnOf(caller('granted'), 'us'), true)
})

t.test('of another author nothing is told to whom it is not shown', async (t) => {
  t.equal(policy().mayRead(caller('guest'), series('other', 'hall')), true)
  t.equal(policy().mayRead(caller('far'), series('other', 'hall')), false)
  t.equal(policy().mayLearnOf(caller('far'), 'other'), false)
  t.equal(policy().mayLearnOf(caller('far'), 'us'), true)
})

t.test(
  'each has the catalogue of what it may read; the public one where that is all that is public',
  async (t) => {
    t.equal(policy().viewFor(caller('guest')), undefined)
    t.equal(policy(false).viewFor(caller('friend')), undefined, 'nothing is private')
    const whole = policy().viewFor(caller('friend'))
    t.match(whole, { isPartial: false })
    t.equal(whole?.shows('bedroom/temperature'), true)
    t.equal(policy().viewFor(caller('trusted-guest'))?.key, whole?.key, 'the same series, the same bytes')
    const part = policy().viewFor(caller('granted'))
    t.match(part, { isPartial: true })
    t.equal(part?.shows('hall/temperature'), true)
    t.equal(part?.shows('attic/temperature'), false)
    t.match(policy().viewFor(caller('odd')), { isPartial: true })
    t.not(policy().viewFor(caller('odd'))?.key, part?.key)
  }
)
