import { type AccessWord, CROWDS, RESERVED_WHO } from '../access-words.ts'
import type { Caller } from '../admission.ts'
import type { BookEntry } from '../book/entry.ts'
import { rightsOf } from '../book/rights.ts'
import type { Grant } from './grant.ts'

/** Who asks. Identity is the PeerId of the connection, never a name that a peer claims. */
export type Principal =
  | { readonly kind: 'peer'; readonly caller: Caller }
  /** Control socket, library and rules of this node: everything. `by`: which part of it, as in `rule frost`. */
  | { readonly kind: 'local'; readonly by?: string }
  /** A door for programs without a PeerId: only what is granted to it by its name. */
  | { readonly kind: 'bridge'; readonly name: string }

/** What is asked for. Series have no PeerId: they are those of this node. */
export type Thing =
  | { readonly kind: 'switch' | 'series' | 'protocol'; readonly name: string }
  | { readonly kind: 'node' }

export interface Decision {
  readonly allowed: boolean
  /** `kith.yaml:12`, `book: anna`, `in the book`, `on the local network`, `this machine`; of a refusal `deny` or undefined */
  readonly by: string | undefined
}

/** What a decision depends on, as it is now. */
export interface AccessFacts {
  readonly grants: readonly Grant[]
  readonly denies: (peer: string) => boolean
  /** The entries of a PeerId: several in a file that was edited by hand. */
  readonly entriesOf: (peer: string) => readonly BookEntry[]
  /** Whether the book has an entry of that name. */
  readonly isName: (word: string) => boolean
  readonly isNear: (caller: Caller) => boolean
  /** Whether a sensor or switch is private. */
  readonly isPrivate: (device: string) => boolean
}

const DENIED: Decision = { allowed: false, by: 'deny' }
const IN_BOOK: Decision = { allowed: true, by: 'in the book' }
const NEAR: Decision = { allowed: true, by: 'on the local network' }

/** Whether somebody may do something (docs/access.md). Pure: the same facts give the same answer. */
export function decide(facts: AccessFacts, principal: Principal, word: AccessWord, thing: Thing): Decision {
  if (principal.kind === 'peer' && facts.denies(principal.caller.peer)) return DENIED
  // Every series of every answer asks: most answers are the first two of reasonsFor(), without a generator.
  if (principal.kind === 'peer' && word === 'read') {
    if (facts.entriesOf(principal.caller.peer).length > 0) return IN_BOOK
    if (!isPrivateThing(facts, thing) && facts.isNear(principal.caller)) return NEAR
  }
  const { done, value } = reasonsFor(facts, principal, word, thing).next()
  return done === true ? { allowed: false, by: undefined } : { allowed: true, by: value }
}

/** Whether a peer may read anything of this node: then it is answered, and each series is decided. */
export function readsAnything(facts: AccessFacts, caller: Caller): boolean {
  if (facts.denies(caller.peer)) return false
  if (facts.entriesOf(caller.peer).length > 0 || facts.isNear(caller)) return true
  const principal: Principal = { kind: 'peer', caller }
  return facts.grants.some((grant) => isOfReadings(grant) && means(facts, grant, principal, 'read', NODE))
}

/** Whether a peer may do anything here, so that it may come over a relay. */
export function hasRights(facts: AccessFacts, caller: Caller): boolean {
  if (facts.denies(caller.peer)) return false
  if (facts.entriesOf(caller.peer).length > 0 || facts.isNear(caller)) return true
  const principal: Principal = { kind: 'peer', caller }
  return facts.grants.some((grant) => grant.may.some((word) => means(facts, grant, principal, word, NODE)))
}

/** A ProtocolName alone is of an application, and lets no readings be read. */
function isOfReadings({ may, on }: Grant): boolean {
  if (!may.includes('read') && !may.includes('own')) return false
  return on === undefined || on.some((name) => !name.startsWith('/'))
}

const NODE: Thing = { kind: 'node' }

/** Everything that allows it, but for `deny`. */
export function* reasonsFor(
  facts: AccessFacts,
  principal: Principal,
  word: AccessWord,
  thing: Thing
): Generator<string, void, void> {
  if (principal.kind === 'local') yield 'this machine'
  if (principal.kind === 'peer') yield* reasonsOfPeer(facts, principal.caller, word, thing)
  for (const grant of facts.grants)
    if (isGiven(grant, word, thing) && means(facts, grant, principal, word, thing)) yield grant.by ?? 'access'
}

/** By the book and the network: reading is theirs, the rest is granted. */
function* reasonsOfPeer(
  facts: AccessFacts,
  caller: Caller,
  word: AccessWord,
  thing: Thing
): Generator<string, void, void> {
  const entries = facts.entriesOf(caller.peer)
  if (word === 'read' && entries.length > 0) yield 'in the book'
  if (word === 'read' && !isPrivateThing(facts, thing) && facts.isNear(caller)) yield 'on the local network'
  for (const entry of entries)
    for (const right of rightsOf(entry))
      if (isGiven({ may: [right.word], on: right.on === undefined ? undefined : [right.on] }, word, thing))
        yield `book: ${entry.name}`
}

function isGiven({ may, on }: Pick<Grant, 'may' | 'on'>, word: AccessWord, thing: Thing): boolean {
  if (may.includes('own')) return true
  if (!may.includes(word)) return false
  return on === undefined || on.some((name) => covers(name, thing))
}

/** Whether a name of `on` means the thing: a device means all of its series. */
function covers(name: string, thing: Thing): boolean {
  if (thing.kind === 'node') return false
  return thing.name === name || (thing.kind === 'series' && deviceOf(thing.name) === name)
}

/** Whether a grant is for this principal. */
function means(
  facts: AccessFacts,
  { who, on }: Grant,
  principal: Principal,
  word: AccessWord,
  thing: Thing
): boolean {
  if (principal.kind === 'local') return false
  if (principal.kind === 'bridge') return who === principal.name && !CROWDS.includes(who)
  const { caller } = principal
  if (who === caller.peer) return true
  if (CROWDS.includes(who)) {
    // Who publishes readings to everybody does not thereby run programs for everybody.
    const isNamed = thing.kind !== 'protocol' || on !== undefined
    const isOneOf = who === 'anyone' || facts.isNear(caller)
    return word === 'read' && isNamed && isOneOf && !isPrivateThing(facts, thing)
  }
  if (RESERVED_WHO.includes(who)) return false
  const isName = facts.isName(who)
  return facts
    .entriesOf(caller.peer)
    .some(({ name, purposes }) => name === who || (!isName && purposes.includes(who)))
}

function isPrivateThing({ isPrivate }: AccessFacts, thing: Thing): boolean {
  return (thing.kind === 'series' || thing.kind === 'switch') && isPrivate(deviceOf(thing.name))
}

function deviceOf(series: string): string {
  const slash = series.indexOf('/')
  return slash === -1 ? series : series.slice(0, slash)
}
