import t from 'tap'
import { NodeError } from '../../../../src/error.ts'
import { bytes, PROTOCOL, pair, stop } from '../../../support/datagram/pair.ts'

const receive = (): void => {}

/** Refuses each dial from now on, and counts them. */
function refused(world: Awaited<ReturnType<typeof pair>>['world']): { readonly count: number } {
  const dials = { count: 0 }
  world.beforeDial = () => {
    dials.count++
    return Promise.reject(new Error('not reached'))
  }
  return dials
}

t.test('nobody is reached for a while: it is dialled again, and the flow goes on', async (t) => {
  const made = await pair()
  const { clock, world, near, far } = made
  const dials = refused(world)
  world.stream[0].reset()
  await clock.advance(10)
  t.same([near.ended, far.ended, dials.count], [undefined, undefined, 1])
  await clock.advance(8_000)
  t.equal(dials.count, 4, 'after 1 s, 2 s and 4 s')
  world.beforeDial = async () => {}
  await clock.advance(7_500)
  near.send(bytes('again'))
  await clock.advance(10)
  t.same(made.atB, ['again'])
  t.same([near.ended, far.ended], [undefined, undefined])
  await stop(made)
})

t.test('nobody is reached any more: the flow ends on both sides, and is dialled for no longer', async (t) => {
  const made = await pair()
  const { clock, world, near, far } = made
  const dials = refused(world)
  world.stream[0].reset()
  await clock.advance(20_001)
  t.same([near.ended, far.ended], ['lost', 'lost'])
  await clock.advance(60_000)
  t.equal(dials.count, 5)
  await stop(made)
  await clock.advance(20)
  t.equal(clock.pending, 0)
})

t.test('the peer speaks no datagrams any more: the flow ends at once', async (t) => {
  const made = await pair()
  const { clock, world, near } = made
  world.beforeDial = () => Promise.reject(new NodeError('datagram-unsupported', 'b speaks no datagrams'))
  world.stream[0].reset()
  await clock.advance(10)
  t.equal(near.ended, 'lost')
  await stop(made)
})

t.test(
  'no better connection is found: it is sought again after 30 s, and flows are opened meanwhile',
  async (t) => {
    const made = await pair({ wire: { direct: false, onLink: false } })
    const { clock, world, a, near } = made
    const found = Promise.withResolvers<boolean>()
    let searches = 0
    world.moveReason = () => 'nearly-spent'
    world.finds = () => {
      searches++
      return found.promise
    }
    await clock.run(a.datagrams.open('b', [PROTOCOL], { receive }))
    t.equal(searches, 1)
    const opening = a.datagrams.open('b', [PROTOCOL], { receive })
    await clock.advance(10)
    t.equal((await opening).ended, undefined, 'no search is waited for')
    found.resolve(false)
    const use = async (ms: number): Promise<void> => {
      for (let i = 0; i < ms; i += 500) {
        near.send(bytes('used'))
        await clock.advance(500)
      }
    }
    await use(29_000)
    t.equal(searches, 1)
    world.moveReason = () => 'better-open'
    await use(2_000)
    t.equal(searches, 2, 'a better one that is open is taken at once')
    world.moveReason = () => 'nearly-spent'
    await use(4_000)
    t.equal(searches, 3)
    await stop(made)
  }
)

t.test('a better connection that fails is tried again after 30 s', async (t) => {
  const made = await pair({ wire: { direct: false, onLink: false } })
  const { clock, world, near } = made
  let moves = 0
  world.moveReason = () => 'better-open'
  world.finds = async () => {
    moves++
    throw new Error('it cannot be used')
  }
  for (let i = 0; i < 64; i++) {
    near.send(bytes('used'))
    await clock.advance(500)
  }
  t.equal(moves, 2)
  t.equal(near.ended, undefined)
  await stop(made)
})

t.test('a better connection that comes too late is not left open', async (t) => {
  const made = await pair({ wire: { direct: false, onLink: false } })
  const { clock, world, near } = made
  const found = Promise.withResolvers<boolean>()
  world.moveReason = () => 'better-open'
  world.finds = () => found.promise
  await clock.advance(1000)
  near.send(bytes('used'))
  await clock.advance(11_000)
  found.resolve(true)
  await clock.advance(10)
  t.equal(world.streams.length, 2)
  t.notOk(world.stream[0].isOpen)
  t.equal(near.ended, undefined)
  await stop(made)
})
