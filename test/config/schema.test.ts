import t from 'tap'
import { getDescription } from 'valibot'
import { devices } from '../../devices/index.ts'
import { deviceOptions } from '../../src/config/devices/options.ts'
import { variableOf } from '../../src/config/environment.ts'
import { parseConfig } from '../../src/config/load.ts'
import { entriesOf, settingsOf } from '../../src/config/options/walk.ts'
import { configSchema } from '../../src/config/schema.ts'
import type { ControlLimits } from '../../src/node/control/http-handler.ts'
import type { NetworkLimits } from '../../src/node/network/create-network.ts'
import type { AutoDialerLimits } from '../../src/peer/dialing/auto-dialer.ts'
import type { DatagramLimits } from '../../src/protocol/datagram/limits.ts'
import { defaultDatagramLimits } from '../../src/protocol/datagram/limits.ts'
import type { CataloguePublisherInit } from '../../src/protocol/gossip/catalogue-publisher.ts'
import type { CatalogueTableOptions } from '../../src/protocol/gossip/catalogue-table.ts'
import type { GossipRates } from '../../src/protocol/gossip/gossip.ts'
import type { QueryLimits } from '../../src/protocol/query/limits.ts'
import type { BackfillInit } from '../../src/protocol/replication/backfill.ts'
import type { BackfillQueueOptions } from '../../src/protocol/replication/backfill-queue.ts'
import type { ProviderTableOptions } from '../../src/protocol/replication/provider-table.ts'
import type { ReplicatorOptions } from '../../src/protocol/replication/replicator.ts'
import type { FollowOptions } from '../../src/protocol/replication/subscription.ts'
import type { AuthorLimits } from '../../src/reading/author/author.ts'
import type { HistoryLimits } from '../../src/reading/history/sqlite-history.ts'
import type { HubLimits } from '../../src/reading/hub/reading-hub.ts'
import { configDevices } from '../support/config-devices.ts'

const { limits, datagrams, history } = parseConfig('', [])

t.test('every room finds its bounds by name', async (t) => {
  // The compiler holds the names to the rooms' own.
  const rooms: {
    author: AuthorLimits
    journal: HubLimits
    keeping: ReplicatorOptions
    network: NetworkLimits
    control: ControlLimits
    neighbourhood: Omit<AutoDialerLimits, 'dialTimeout'>
    repair: BackfillQueueOptions & Pick<BackfillInit, 'silence'>
    holders: ProviderTableOptions
    meta: CatalogueTableOptions & Pick<CataloguePublisherInit, 'period' | 'gather'>
    follow: FollowOptions
    gossip: GossipRates
    query: QueryLimits
  } = limits
  const limitsOfHistory: HistoryLimits = history
  t.match(limitsOfHistory, { flush: 60_000 })
  // How many forgeries are borne is the machine's matter (node/datagrams.ts).
  t.match(datagrams, { failedOpens: 'auto', failedOpensOfNode: 'auto' })
  const { failedOpens, failedOpensOfNode } = defaultDatagramLimits
  const limitsOfDatagrams: DatagramLimits = { ...datagrams, failedOpens, failedOpensOfNode }
  for (const [key, value] of Object.entries(defaultDatagramLimits)) {
    t.strictSame(limitsOfDatagrams[key as keyof DatagramLimits], value, key)
  }
  // docs/protocols.md sections 11 and 12.
  t.match(rooms.query, { streamsPerPeer: 4, requestsPerStream: 32, requestBytes: 512, answerBytes: 17_408 })
  t.match(rooms.gossip, { sourceRate: 200, sourceBurst: 400, authorRate: 5, authorBurst: 20, authors: 4096 })
  t.match(rooms.follow, { wait: 2_000, min: 1_000, max: 300_000 })
  t.ok(rooms.query.historyBytes < 1024 ** 2, 'less than 1 MiB in flight (docs/network.md trap 8)')
})

t.test('a device option with a unit says so in a sentence of its own', async (t) => {
  const device = devices.find(({ type }) => type === 'scd4x')
  const entries = device === undefined ? undefined : entriesOf(deviceOptions(device))
  const about = entries?.['altitude'] === undefined ? undefined : getDescription(entries['altitude'])
  t.equal(about, 'Height above the sea, by which CO2 is corrected. In m. (0 to 3000)')
})

t.test('each option has one variable', async (t) => {
  const variables = [...settingsOf(configSchema(configDevices))].map(({ path }) => variableOf(path))
  t.equal(new Set(variables).size, variables.length)
  t.ok(variables.includes('KITH_LIMITS_QUERY_STREAMS_PER_PEER'))
})

t.test('every device can be configured by its type alone, its defaults within its own bounds', async (t) => {
  for (const { type, bus, options } of devices) {
    const given = bus === 'gpio' ? { type, line: 'GPIO17' } : { type }
    const required = Object.entries(options).filter(
      ([, one]) => one.kind === 'text' && one.default === undefined
    )
    if (required.length > 0) continue
    const { sensors } = parseConfig(JSON.stringify({ sensors: [given] }), devices)
    t.strictSame(Object.keys(sensors[0]?.options ?? {}).sort(), Object.keys(options).sort(), type)
  }
})
