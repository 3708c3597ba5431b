import { describeError } from '../../error.ts'
import type { Log } from '../../log.ts'
import type { AccessWord } from '../access-words.ts'
import type { Caller } from '../admission.ts'
import {
  type AccessFacts,
  type Decision,
  decide,
  hasRights,
  type Principal,
  readsAnything,
  reasonsFor,
  type Thing
} from './decide.ts'
import type { Grant } from './grant.ts'
import { RefusalLog, type RefusalLogInit } from './refusal-log.ts'

export type { AccessWord } from '../access-words.ts'
export type { Decision, Principal, Thing } from './decide.ts'

export interface AccessInit extends Omit<AccessFacts, 'isPrivate'>, RefusalLogInit {
  readonly privates: Privates
}

/** Which devices of this node are private, by name: sensors, switches, and what its history has of former ones. */
export type Privates = Pick<ReadonlySet<string>, 'has'>

/** Who may do what on this node, by its configuration, its book and its network as they are now. */
export class Access {
  readonly #refusals: RefusalLog
  readonly #log: Log
  readonly #counts = new Map<string, number>()
  readonly #listeners = new Set<() => void>()
  #facts: AccessFacts

  constructor(init: AccessInit) {
    this.#facts = { ...init, isPrivate: (device) => init.privates.has(device) }
    this.#refusals = new RefusalLog(init)
    this.#log = init.log
  }

  /** Replaces what kith.yaml says. */
  update(grants: readonly Grant[], privates: Privates): void {
    this.#facts = { ...this.#facts, grants, isPrivate: (device) => privates.has(device) }
    this.changed()
  }

  /** To be called where the book, `deny` or what is private has changed: what runs is decided anew. */
  changed(): void {
    for (const listener of this.#listeners) {
      try {
        listener()
      } catch (error) {
        // What the others run has to end all the same.
        this.#log.warn(`what has lost its right did not end: ${describeError(error)}`)
      }
    }
  }

  /** Calls the listener when rights may have changed, until the returned function is called. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Decides a request: counted, and logged where it is refused. */
  may(principal: Principal, word: AccessWord, thing: Thing): Decision {
    const decision = this.decide(principal, word, thing)
    this.#note(principal, word, thing, decision.allowed)
    return decision
  }

  /** Whether a sensor or switch is private; what is not configured is. */
  isPrivate(device: string): boolean {
    return this.#facts.isPrivate(device)
  }

  /** What kith.yaml grants. */
  get listed(): readonly Grant[] {
    return this.#facts.grants
  }

  /** All that allows something, for people; of a denied peer that it is denied. */
  reasons(principal: Principal, word: AccessWord, thing: Thing): { allowed: boolean; by: string[] } {
    const { allowed, by } = this.decide(principal, word, thing)
    if (!allowed) return { allowed, by: by === undefined ? [] : [by] }
    return { allowed, by: [...reasonsFor(this.#facts, principal, word, thing)] }
  }

  /** Whether kith.yaml grants something to a name or purpose of the book. */
  grants(word: string): boolean {
    return this.#facts.grants.some(({ who }) => who === word)
  }

  /**
   * Whether a peer is answered where it asks for readings: what it may read is then decided for each series.
   * @param isRequest counted, and logged where it is refused; else a request of before that is looked at anew
   */
  answers(caller: Caller, isRequest = false): boolean {
    const allowed = readsAnything(this.#facts, caller)
    if (isRequest) this.#note({ kind: 'peer', caller }, 'read', { kind: 'node' }, allowed)
    return allowed
  }

  /** Whether a peer may do anything here. */
  hasRights(caller: Caller): boolean {
    return hasRights(this.#facts, caller)
  }

  /** Whether a peer may open a protocol of an application. @param anyone whether all but the denied ones may */
  mayUse(caller: Caller, protocol: string, anyone = false): boolean {
    if (anyone && !this.#facts.denies(caller.peer)) return true
    return this.may({ kind: 'peer', caller }, 'read', { kind: 'protocol', name: protocol }).allowed
  }

  /** Calls `end` once a peer may not use that protocol any more, until the returned function is called. */
  whileUsed(caller: Caller, protocol: string, end: () => void, anyone = false): () => void {
    const principal = { kind: 'peer', caller } as const
    const thing = { kind: 'protocol', name: protocol } as const
    return this.onChange(() => {
      if (anyone ? this.#facts.denies(caller.peer) : !this.decide(principal, 'read', thing).allowed) end()
    })
  }

  /** The same as may(), uncounted: for what is not a request, as each series of an answer. */
  decide(principal: Principal, word: AccessWord, thing: Thing): Decision {
    return decide(this.#facts, principal, word, thing)
  }

  /** `allowed`, `refused.<word>` */
  get counters(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts)
  }

  #note(principal: Principal, word: AccessWord, thing: Thing, allowed: boolean): void {
    const what = allowed ? 'allowed' : `refused.${word}`
    if (!allowed) this.#refusals.add(principal, word, thing)
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1)
  }
}
