import t from 'tap'
import { source } from '../../bench/frame/code.ts'
import { TOPIC } from '../../bench/frame/made-up-packs.ts'
import { loopbackNode } from '../../bench/pair/loopback-node.ts'
import { kithSide, Pair } from '../../bench/pair/pair.ts'
import { measurePublish, measureRates } from '../../bench/pair/publish-bench.ts'
import { measureQuery, queryColumns } from '../../bench/pair/query-bench.ts'
import { builtSide, jsSide } from '../../bench/peers/contenders.ts'
import type { RunningNode } from '../../src/node/run-node.ts'
import { until } from '../support/until.ts'

/** Each test starts several nodes, which a loaded machine takes its time for. */
t.setTimeout(150_000)

const linux = process.platform === 'linux' ? {} : { skip: 'what the kernel counts is read from /proc' }
const kith = { name: 'kith, source', side: kithSide(source), isOurs: true }
const js = { name: 'js-libp2p, signed', side: jsSide('libp2p', { signed: true }) }

t.test('two processes ask each other by datagram, over a stream, and over bare ones', linux, async (t) => {
  const rows = await measureQuery(
    [
      { name: 'raw node:dgram', side: jsSide('udp'), variant: '' },
      { ...kith, variant: 'datagram' },
      { ...js, variant: 'new' },
      { name: 'absent', side: builtSide('no-such-program', 'a compiler'), variant: '' }
    ],
    { rounds: 1, warm: 5, lead: 1, count: 3 }
  )
  for (const { name, figures } of rows.slice(0, 3)) {
    t.equal(figures.length, queryColumns.length, name)
    const [p50 = 0, p99 = 0, cpu = 0, ratio = 0] = figures
    t.ok(p50 > 0 && p99 >= p50 && cpu > 0 && ratio > 0, name)
  }
  t.match(rows[3]?.missing, /install a compiler, then npm run bench -- --install-peers/)
})

t.test('no datagram of the measured nodes is over a rate limit of their own', async (t) => {
  const nodes = [await loopbackNode('one'), await loopbackNode('other')] as const
  t.teardown(() => Promise.all(nodes.map((node) => node.stop())))
  const [one, other] = nodes
  const { clients, peers } = one.assembled
  peers.autoDialer.remember(other.peer, [...other.addresses])
  const { signal } = new AbortController()
  const read = async (): Promise<unknown> =>
    await clients.datagramQueries?.read(other.peer, [TOPIC], { who: other.peer, n: 'air' }, signal)
  const count = async (node: RunningNode, name: string): Promise<number> =>
    (await node.operations.status()).counters[`datagram.${name}`] ?? Number.NaN
  // The first sample comes at the random phase of the sensor; a stream carries what is asked before the path is validated.
  await until(async () => await read().then(Boolean, () => false))
  await until(async () => {
    await read()
    return (await count(one, 'sent-udp')) > 1
  })
  for (let i = 0; i < 40; i++) await Promise.all(Array.from({ length: 25 }, read))
  for (const node of nodes) {
    t.ok((await count(node, 'sent-udp')) > 1000, 'they go by UDP')
    t.equal(await count(node, 'dropped-rate'), 0)
  }
})

t.test('two processes publish, one by one and as fast as they are taken', linux, async (t) => {
  const times = await measurePublish([kith], { rounds: 1, warm: 100, hot: 3, spaced: 2, spacing: 1 })
  t.equal(times.length, 1)
  for (const figure of times[0]?.figures.slice(0, 5) ?? []) t.ok(figure !== undefined && figure > 0)
  const rates = await measureRates([kith], { rounds: 1, warm: 100, count: 300 })
  const [single, full] = rates.map(({ figures }) => figures)
  t.ok(single?.[0] !== undefined && single[0] === single[1], 'a pack of one is one reading')
  t.ok((full?.[1] ?? 0) > (full?.[0] ?? 0), 'a full pack is many')
})

t.test('history is transferred, and a pair whose process lacks a call says so', linux, async (t) => {
  const pair = await Pair.open('kith', kith.side)
  t.teardown(() => pair.close())
  const { rate, cpu } = await pair.transfer(600)
  t.ok(rate > 0 && cpu > 0)
  await t.rejects(pair.ask({ variant: 'none', lead: 0, count: 1, size: 1 }), {
    message: 'ask: there is no variant none'
  })
})
