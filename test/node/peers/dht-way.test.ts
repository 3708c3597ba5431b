import type { Connection } from '@libp2p/interface'
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import t from 'tap'
import { DhtWay } from '../../../src/node/peers/dht-way.ts'
import { AllReported } from '../../../src/peer/dialing/way.ts'

const signal = new AbortController().signal
const connection = {} as Connection
const lie = '/ip4/203.0.113.9/tcp/1'
const truth = '/ip4/192.0.2.1/tcp/1'
const undialable = '/ip4/127.0.0.1/tcp/1'

interface Bench {
  readonly dialled: string[][]
  readonly ended: string[]
  readonly dial: () => Promise<Connection>
}

/** Words come one after the other, the last of them and all that is not the truth never end by themselves. */
function bench(words: readonly (readonly string[])[], { lasts = false, hangs = false } = {}): Bench {
  const dialled: string[][] = []
  const ended: string[] = []
  const until = (work: string, limited: AbortSignal): Promise<never> =>
    new Promise((_, reject) => {
      limited.addEventListener('abort', () => {
        ended.push(work)
        reject(limited.reason)
      })
    })
  const way = new DhtWay({
    async *find(_peer, limited): AsyncGenerator<readonly Multiaddr[]> {
      for (const word of words) yield word.map((one) => multiaddr(one))
      if (lasts) await until('search', limited)
      if (words.length === 0) throw new Error('no server knows it')
    },
    dialable: (_peer, addresses) => addresses.filter((one) => one.toString() !== undialable),
    async dial(_peer, addresses, limited) {
      dialled.push(addresses.map(String))
      if (addresses.some((one) => one.toString() === truth)) return connection
      if (hangs) await until('dial', limited)
      throw new AllReported()
    }
  })
  return { dialled, ended, dial: () => way.dial('den', signal, () => {}) }
}

t.test('the word of a liar that comes first does not hide what another server says', async (t) => {
  const { dial, dialled, ended } = bench([[lie], [lie, truth]], { lasts: true, hangs: true })
  t.equal(await dial(), connection)
  t.same(dialled, [[lie], [truth]], 'each address once')
  t.same(ended.sort(), ['dial', 'search'], 'what is not needed any more is aborted')
})

t.test('why there is none', async (t) => {
  await t.rejects(bench([]).dial(), new Error('no server knows it'))
  await t.rejects(bench([[]]).dial(), new Error('it tells no address of its own'))
  await t.rejects(bench([[undialable]]).dial(), /it is not in the book/)
  await t.rejects(bench([[lie], [undialable]]).dial(), new AllReported())
  const way = new DhtWay({ find: undefined, dialable: () => [], dial: async () => connection })
  await t.rejects(
    way.dial('den', signal, () => {}),
    /not joined/
  )
})

t.test('a dial that fails while the search goes on is no error of its own', async (t) => {
  const unhandled: unknown[] = []
  const onUnhandled = (error: unknown): void => void unhandled.push(error)
  process.on('unhandledRejection', onUnhandled)
  t.teardown(() => process.off('unhandledRejection', onUnhandled))
  const way = new DhtWay({
    async *find(): AsyncGenerator<readonly Multiaddr[]> {
      yield [multiaddr(lie)]
      for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate)
      yield [multiaddr(truth)]
    },
    dialable: (_peer, addresses) => addresses,
    dial: async (_peer, addresses) => {
      if (addresses.some((one) => one.toString() === truth)) return connection
      throw new AllReported()
    }
  })
  t.equal(await way.dial('den', signal, () => {}), connection)
  t.same(unhandled, [])
})

t.test('it ends with its signal', async (t) => {
  const aborted = AbortSignal.abort(new Error('enough'))
  const way = new DhtWay({
    // biome-ignore lint/correctness/useYield: it ends before a word
    async *find(_peer, limited) {
      limited.throwIfAborted()
    },
    dialable: (_peer, addresses) => addresses,
    dial: async () => connection
  })
  await t.rejects(
    way.dial('den', aborted, () => {}),
    new Error('enough')
  )
})
