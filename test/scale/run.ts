// A DHT of many nodes in one process: every search finds its peer, with so many questions and so much time.
//
//     npm run test:scale             100 nodes, 100 searches
//     npm run test:scale -- 40       40 nodes
//
// The last line reads: N passed, N failed
import type { Multiaddr } from '@multiformats/multiaddr'
import { summarize } from '../../bench/frame/statistics.ts'
import { describeError } from '../../src/error.ts'
import { type DhtNode, makeDhtNode } from '../support/dht/node.ts'
import { numbers } from '../support/neighbours/graph.ts'
import { until } from '../support/until.ts'

const NODES = Number(process.argv[2] ?? 100)
const SEARCHES = 100
/** One in so many serves; the others are clients that want to be found. */
const SERVERS = 4
/** Milliseconds of a search: all nodes share a process, which may be slow. */
const LOOKUP = 60_000
const random = numbers(5)

function oneOf<T>(list: readonly T[]): T {
  const one = list[Math.floor(random() * list.length)]
  if (one === undefined) throw new Error('the list is empty')
  return one
}

const begun = performance.now()
const nodes: DhtNode[] = []
const servers: DhtNode[] = []
for (let i = 0; i < NODES; i++) {
  const serve = i % SERVERS === 0
  const bootstrap = servers.length === 0 ? [] : [oneOf(servers).address]
  const node = await makeDhtNode({ serve, bootstrap, limits: { lookup: LOOKUP } })
  nodes.push(node)
  if (serve) servers.push(node)
  await until(() => bootstrap.length === 0 || node.dht.status.servers > 0, 600_000)
}
console.log(`${NODES} nodes, ${servers.length} of them servers, joined in ${seconds(begun)} s`)

const times: number[] = []
const questions: number[] = []
let found = 0
/** Why the last search found nothing. */
let failure = ''
for (let i = 0; i < SEARCHES; i++) {
  const [asker, sought] = [oneOf(nodes), oneOf(nodes)]
  if (asker === sought) continue
  const before = asker.dht.counters['asked'] ?? 0
  const started = performance.now()
  failure = 'no word of it, or another address'
  const addresses = await firstWord(asker, sought.peer)
  if (addresses.some((address) => sought.address.startsWith(String(address)))) found++
  else console.log(`not found: node ${nodes.indexOf(sought)} by node ${nodes.indexOf(asker)}: ${failure}`)
  times.push(performance.now() - started)
  questions.push((asker.dht.counters['asked'] ?? 0) - before)
}
const [time, asked] = [summarize(times), summarize(questions)]
console.log(`${found} of ${times.length} searches find the peer`)
console.log(`questions: p50 ${asked.p50}, p99 ${asked.p99}`)
console.log(`ms: p50 ${time.p50.toFixed(1)}, p99 ${time.p99.toFixed(1)}`)
const dialled = nodes.map(({ dht }) => dht.counters['dialled'] ?? 0)
console.log(`servers dialled because another one named them: at most ${Math.max(...dialled)} by one node`)
await Promise.all(nodes.map((node) => node.stop()))
console.log(`${found} passed, ${times.length - found} failed`)
process.exit(found === times.length ? 0 : 1)

function seconds(since: number): string {
  return ((performance.now() - since) / 1000).toFixed(1)
}

async function firstWord({ dht }: DhtNode, peer: string): Promise<readonly Multiaddr[]> {
  try {
    for await (const addresses of dht.find(peer, AbortSignal.timeout(20_000))) return addresses
  } catch (error) {
    failure = describeError(error)
  }
  return []
}
