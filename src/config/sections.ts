import * as v from 'valibot'
import type { AutoLimit, Limit, Limits, LimitsOf, ScaledLimit } from '../limits.ts'
import { serveLimits } from '../node/api/limits.ts'
import { controlLimits } from '../node/control/limits.ts'
import { networkLimits, streamLimits } from '../node/network/limits.ts'
import { storeLimits } from '../node/peers/limits.ts'
import { switchLimits } from '../node/switches/limits.ts'
import { accessLimits } from '../peer/access/limits.ts'
import { bookCapacity, lastGoodLimits } from '../peer/book/limits.ts'
import { dialingLimits } from '../peer/dialing/limits.ts'
import { addressesLimits } from '../protocol/addresses/limits.ts'
import { datagramLimits } from '../protocol/datagram/limits.ts'
import { dhtLimits } from '../protocol/dht/limits.ts'
import { catalogueLimits, gossipLimits } from '../protocol/gossip/limits.ts'
import { manageLimits } from '../protocol/manage/limits.ts'
import { neighboursLimits } from '../protocol/neighbours/limits.ts'
import { pairLimits } from '../protocol/pair/limits.ts'
import { queryLimits } from '../protocol/query/limits.ts'
import { relayLimits } from '../protocol/relay/limits.ts'
import {
  backfillLimits,
  providerLimits,
  replicationLimits,
  subscriptionLimits
} from '../protocol/replication/limits.ts'
import { viaLimits } from '../protocol/via/limits.ts'
import { authorLimits } from '../reading/author/limits.ts'
import { historyLimits } from '../reading/history/limits.ts'
import { hubLimits } from '../reading/hub/limits.ts'
import { samplingLimits } from '../reading/sampling/limits.ts'
import { durationUnits, formatUnits } from '../units.ts'
import { duration, number, option, options, section, size, truth, whole, wordOr } from './options/kinds.ts'

/** The section of the limits that a class declares. */
function limitsSection<Declared extends Limits>(declared: Declared) {
  return described(declared.about, limitsSchema(declared) as v.GenericSchema<unknown, LimitsOf<Declared>>)
}

function described<Output>(about: string, schema: v.GenericSchema<unknown, Output>) {
  return v.pipe(v.optional(schema, {}), v.description(about))
}

function limitsSchema(declared: Limits): v.GenericSchema {
  const all = options(limitEntries(declared))
  if (declared.ordered === undefined) return all
  const [min, max] = declared.ordered
  const show = (value: unknown): string => formatUnits(Number(value), durationUnits)
  return v.pipe(
    all,
    v.check(
      (waits) => Number(waits[min]) <= Number(waits[max]),
      ({ input }) => `${min} (${show(input[min])}) is more than ${max} (${show(input[max])})`
    )
  )
}

function limitEntries({ entries }: Limits): Record<string, v.GenericSchema> {
  const schemas = Object.entries(entries).map(([key, entry]) => [
    key,
    'entries' in entry ? limitsSection(entry) : limitOption(entry)
  ])
  return Object.fromEntries(schemas)
}

function limitOption(limit: Limit | AutoLimit | ScaledLimit): v.GenericSchema {
  const schema = limitSchema(limit)
  const form = limit.kind === 'size' ? 'a size' : 'a whole number'
  return limit.initial === 'auto'
    ? option(wordOr('auto', schema, form), 'auto', aboutOf(limit))
    : option(schema, limit.initial, limit.about)
}

/** Of `network.connections` itself the sentence says what `auto` is. */
function aboutOf(limit: Limit | AutoLimit | ScaledLimit): string {
  if (!('base' in limit) || limit.about.includes('auto:')) return limit.about
  return `${limit.about.replace(/\.$/, '')}; auto: ${limit.base} for each 256 connections.`
}

function limitSchema({ kind, min, max, usual }: Limit | AutoLimit): v.GenericSchema {
  switch (kind) {
    case 'duration':
      return duration(min, max, usual)
    case 'size':
      return size(min, max, usual)
    case 'whole':
      return whole(min, max)
    case 'number':
      return number(min, max)
  }
}

/** The limits of every class. Those that grow with the number of neighbours follow the machine (scaled-limits.ts). */
export const limits = section('Limits of everything that a neighbour or a fault could make grow.', {
  sampling: limitsSection(samplingLimits),
  author: limitsSection(authorLimits),
  query: limitsSection(queryLimits),
  streams: limitsSection(streamLimits),
  gossip: limitsSection(gossipLimits),
  hub: limitsSection(hubLimits),
  subscription: limitsSection(subscriptionLimits),
  backfill: limitsSection(backfillLimits),
  replication: limitsSection(replicationLimits),
  providers: limitsSection(providerLimits),
  store: limitsSection(storeLimits),
  catalogue: limitsSection(catalogueLimits),
  neighbours: limitsSection(neighboursLimits),
  via: limitsSection(viaLimits),
  addresses: limitsSection(addressesLimits),
  pair: limitsSection(pairLimits),
  manage: limitsSection(manageLimits),
  relay: limitsSection(relayLimits),
  dht: limitsSection(dhtLimits),
  network: limitsSection(networkLimits),
  dialing: limitsSection(dialingLimits),
  book: option(whole(bookCapacity.min, bookCapacity.max), Number(bookCapacity.initial), bookCapacity.about),
  lastGood: limitsSection(lastGoodLimits),
  access: limitsSection(accessLimits),
  switches: limitsSection(switchLimits),
  serve: limitsSection(serveLimits),
  control: limitsSection(controlLimits)
})

/** Those that declare a limit that grows with the connections, by the path of their section. */
export const scaledSections: readonly (readonly [path: string, declared: Limits])[] = [
  ['limits.network', networkLimits],
  ['limits.streams', streamLimits],
  ['limits.gossip', gossipLimits],
  ['limits.hub', hubLimits],
  ['limits.query', queryLimits],
  ['limits.backfill', backfillLimits],
  ['limits.providers', providerLimits],
  ['limits.catalogue', catalogueLimits],
  ['limits.dialing', dialingLimits],
  ['datagrams', datagramLimits]
]

export const history = limitsSection(historyLimits)

/** Ports that may be announced to a peer (docs/protocols.md section 13); lower ones belong to other programs. */
const udpPort = v.pipe(
  whole(0, 65_535),
  v.check(
    (port) => port === 0 || port >= 1024,
    ({ input }) => `${input} is neither 0 nor at least 1024`
  )
)

type Datagrams = { readonly enabled: boolean; readonly port: number | 'tcp' } & LimitsOf<
  typeof datagramLimits
>

export const datagrams = described(
  datagramLimits.about,
  options({
    enabled: option(truth(), true, 'Whether datagrams are used.'),
    port: option(
      wordOr('tcp', udpPort, 'a UDP port as in 4001'),
      'tcp',
      'UDP port: tcp for the number that TCP listens on, 0 lets the system choose.'
    ),
    ...limitEntries(datagramLimits)
  }) as unknown as v.GenericSchema<unknown, Datagrams>
)
