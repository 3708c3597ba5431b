import type { NodeConfig } from '../../../config/schema.ts'
import type { Access, Principal, Thing } from '../../../peer/access/access.ts'
import { type AccessWord, NODE_WORDS, RESERVED_WHO } from '../../../peer/access-words.ts'
import type { Caller } from '../../../peer/admission.ts'
import type { BookEntry } from '../../../peer/book/book.ts'
import { rightsOf } from '../../../peer/book/rights.ts'
import type { Target } from '../../peers/directory.ts'
import type { AccessRequest, AccessRow } from './views.ts'

export interface DescribeAccessInit {
  readonly access: Pick<Access, 'reasons' | 'listed'>
  readonly entries: () => readonly BookEntry[]
  readonly config: () => Pick<NodeConfig, 'sensors' | 'switches' | 'deny'>
  /** @throws NodeError nobody-found, ambiguous */
  readonly resolve: (who: string) => readonly Target[]
  readonly labelOf: (peer: string) => string
  /** The facts of the connection to a peer; undefined where there is none. */
  readonly callerOf: (peer: string) => Caller | undefined
}

/** Everything that is granted, or what one may and by which line. @throws NodeError nobody-found, ambiguous */
export function describeAccess(init: DescribeAccessInit, { who }: AccessRequest): AccessRow[] {
  if (who === undefined) return allGrants(init)
  if (RESERVED_WHO.includes(who)) return rowsOf(init, { who }, principalOf(who))
  return init.resolve(who).flatMap(({ peer }) => {
    const caller = init.callerOf(peer) ?? { peer, host: undefined, direct: false }
    return rowsOf(init, { who: init.labelOf(peer), peer }, { kind: 'peer', caller })
  })
}

/** A crowd is asked about as a peer without a PeerId: near is where there is no host, far where it is not direct. */
function principalOf(who: string): Principal {
  if (who === 'near' || who === 'anyone')
    return { kind: 'peer', caller: { peer: '', host: undefined, direct: who === 'near' } }
  return { kind: 'bridge', name: who }
}

function allGrants({ access, entries, config }: DescribeAccessInit): AccessRow[] {
  const book = entries()
  return [
    row({ who: 'book' }, 'read', 'everything', ['in the book']),
    row({ who: 'near' }, 'read', 'everything but private', ['on the local network']),
    ...access.listed.flatMap(({ who, may, on, by }) => {
      const means = RESERVED_WHO.includes(who) ? {} : { means: meant(who, book) }
      return may.flatMap((word) =>
        (on ?? [placeOf(word)]).map((thing) => row({ who, ...means }, word, thing, [by ?? 'access']))
      )
    }),
    ...book.flatMap((entry) =>
      rightsOf(entry).map(({ word, on = placeOf(word) }) =>
        row({ who: entry.name, peer: entry.peer }, word, on, [`book: ${entry.name}`])
      )
    ),
    ...config().deny.map((who) => ({ ...row({ who }, 'all', 'everything', ['deny']), allowed: false }))
  ]
}

function placeOf(word: AccessWord): string {
  return NODE_WORDS.includes(word) ? 'the node' : 'everything'
}

/** The names of the book that a word means, by the rule of decide(): a name comes before a purpose. */
function meant(who: string, book: readonly BookEntry[]): string[] {
  const named = book.filter(({ name, peer }) => name === who || peer === who)
  const found = named.length > 0 ? named : book.filter(({ purposes }) => purposes.includes(who))
  return found.map(({ name }) => name)
}

type Who = Pick<AccessRow, 'who' | 'peer' | 'means'>

function row(who: Who, word: AccessRow['word'], on: string, by: readonly string[]): AccessRow {
  return { ...who, word, on, allowed: true, by: [...by] }
}

/** Each word for each thing that it is about. */
function rowsOf(init: DescribeAccessInit, who: Who, principal: Principal): AccessRow[] {
  const decided = (word: AccessWord, thing: Thing): AccessRow => {
    const { allowed, by } = init.access.reasons(principal, word, thing)
    return { ...row(who, word, thing.kind === 'node' ? 'the node' : thing.name, by), allowed }
  }
  const { sensors, switches } = init.config()
  const { series, protocols } = parts(init)
  return [
    ...[...sensors, ...switches].map(({ name }) => decided('read', { kind: 'series', name })),
    ...series.map((name) => decided('read', { kind: 'series', name })),
    ...protocols.map((name) => decided('read', { kind: 'protocol', name })),
    ...switches.map(({ name }) => decided('operate', { kind: 'switch', name })),
    ...NODE_WORDS.map((word) => decided(word, { kind: 'node' }))
  ]
}

/** The series and ProtocolNames that some grant names: the others follow their sensor, or are not listed anywhere. */
function parts({ access, entries }: DescribeAccessInit): { series: string[]; protocols: string[] } {
  const granted = access.listed.flatMap(({ on = [] }) => on)
  const inBook = entries().flatMap((entry) => rightsOf(entry).flatMap(({ on }) => on ?? []))
  const all = [...new Set([...granted, ...inBook])].filter((name) => name.includes('/')).toSorted()
  return {
    series: all.filter((name) => !name.startsWith('/')),
    protocols: all.filter((name) => name.startsWith('/'))
  }
}
