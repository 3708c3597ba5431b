import t from 'tap'
import { contenders, measureRelays } from '../../bench/via/relay.ts'
import { whyNoNamespaces } from '../support/namespaces/namespaces.ts'

const reason = whyNoNamespaces()

// Four processes in namespaces, which load their modules by turns on a machine that does much else.
t.setTimeout(150_000)

t.test('circuits over a relay are measured', reason === false ? {} : { skip: reason }, async (t) => {
  const names = ['js-libp2p, relay', 'kith, relay']
  const relayed = contenders.filter(({ name }) => names.includes(name))
  const [js, kith] = await measureRelays(relayed, { rounds: 1, count: 5 })
  t.strictSame([js?.name, kith?.name], names)
  for (const { figures = [] } of [js ?? {}, kith ?? {}]) {
    const [echo = 0, spent = 0, , rate = 0, perMegabyte = 0] = figures
    t.ok(echo > 0 && rate > 0)
    t.ok(spent > 0 && perMegabyte > 0, 'the relay carries it')
  }
  t.equal(js?.figures[2], undefined)
  t.ok((kith?.figures[2] ?? 0) > 0, 'a reading came over the relay')
})

t.test(
  'without namespaces the row says so',
  { skip: reason === false ? 'there are some' : false },
  async (t) => {
    const rows = await measureRelays(contenders, { rounds: 1, count: 1 })
    t.ok(rows.every(({ missing }) => missing === reason))
  }
)
