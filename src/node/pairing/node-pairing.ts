import { type Clock, withDeadline } from '../../clock.ts'
import { whosOf } from '../../config/rules/rules.ts'
import type { NodeConfig } from '../../config/schema.ts'
import { describeError, NodeError } from '../../error.ts'
import type { Log } from '../../log.ts'
import { NAME } from '../../names.ts'
import { Notifier } from '../../notifier.ts'
import type { Access } from '../../peer/access/access.ts'
import { ACCESS_WORDS, RESERVED_WHO } from '../../peer/access-words.ts'
import type { AddressBook } from '../../peer/book/book.ts'
import { checkNewName } from '../../peer/book/check-entry.ts'
import { parseRight } from '../../peer/book/rights.ts'
import type { AutoDialer } from '../../peer/dialing/auto-dialer.ts'
import { MAX_GRANT_BYTES, MAX_GRANTS } from '../../protocol/pair/constants.ts'
import {
  type PairEvent,
  type Pairing,
  type PairingComponents,
  pair,
  proveCode,
  readCode,
  showCode,
  tellUnpaired
} from '../../protocol/pair/index.ts'
import type {
  PairOpenRequest,
  PairRequest,
  PairStep,
  PairView,
  UnpairView
} from '../api/access/pairing-views.ts'
import { checkThings } from '../api/book/book-operations.ts'
import type { Operations } from '../api/operations.ts'
import type { PeerDirectory, Target } from '../peers/directory.ts'
import type { PeerResolver } from '../peers/resolver.ts'
import { isOwned } from './owner.ts'
import { OWNER } from './owner-entry.ts'
import { pairedEntry } from './paired-entry.ts'
import { peerInBook } from './peer-in-book.ts'

export interface NodePairingInit extends Pick<PairingComponents, 'network' | 'denies'> {
  readonly self: string
  /** As it is now. */
  readonly config: () => NodeConfig
  readonly clock: Clock
  readonly log: Log
  readonly book: AddressBook
  readonly access: Pick<Access, 'grants' | 'listed'>
  /** The names of what rights may be for: switches and sensors. */
  readonly things: () => readonly string[]
  readonly directory: Pick<PeerDirectory, 'claimOf' | 'labelOf'>
  readonly autoDialer: Pick<AutoDialer, 'remember'>
  readonly resolver: Pick<PeerResolver, 'one' | 'connect' | 'isSelf'>
}

type Offered = Pick<Operations, 'pairOpen' | 'pair' | 'unpair'>

/** Milliseconds in which the other side of a pairing is looked for, unless the request says otherwise. */
const REACH = 20_000
/** Milliseconds in which a peer that was removed is looked for, so that it can be told. */
const TELL = 5_000

/** Pairing as people and programs ask for it; what it comes to is in the book. */
export class NodePairing implements Offered {
  readonly #init: NodePairingInit
  readonly #pairing: Pairing

  constructor(init: NodePairingInit) {
    const { config, self } = init
    this.#init = init
    this.#pairing = pair({ limits: config().limits.pair, self, name: () => config().name })({
      ...init
    })
  }

  get counters(): Readonly<Record<string, number>> {
    return this.#pairing.counters
  }

  async *pairOpen({ may, name }: PairOpenRequest, signal: AbortSignal): AsyncGenerator<PairStep> {
    const { config, access, book, directory, things } = this.#init
    await this.#checkBook(() => this.#checkNew(name))
    const grants = may ?? (isOwned(config().owner, access, book) ? [] : ['own'])
    checkGrants(grants, things)
    const news = new Notifier()
    const events: PairEvent[] = []
    const open = await this.#pairing.open({
      may: grants,
      proved: ({ peer, name: claimed }, checkOpen) =>
        this.#put({ peer, may: grants, name, proposed: [claimed] }, () => {
          checkOpen()
          if (may === undefined && grants.length > 0) this.#checkUnowned(peer)
        }),
      onEvent(event) {
        events.push(event)
        news.notify()
      }
    })
    const withdraw = (): void => open.close('withdrawn')
    signal.addEventListener('abort', withdraw, { once: true })
    if (signal.aborted) withdraw()
    try {
      yield { code: showCode(open.code), until: open.until / 1000, may: [...grants] }
      for (;;) {
        const event = events.shift()
        if (event === undefined) await news.wait()
        else if (event.kind === 'closed') return yield { closed: event.why }
        else if (event.kind === 'tried')
          yield { tried: { peer: event.peer, who: directory.labelOf(event.peer) }, left: event.left }
        else if (event.kind === 'unwritten')
          yield { failed: { peer: event.peer, who: directory.labelOf(event.peer), why: event.why } }
        else yield { paired: { peer: event.peer, name: event.who } }
      }
    } finally {
      signal.removeEventListener('abort', withdraw)
      withdraw()
    }
  }

  async pair(request: PairRequest, signal: AbortSignal): Promise<PairView> {
    const { resolver, clock, self, config, directory, book } = this.#init
    const code = readCode(request.code)
    if (code === undefined)
      throw new NodeError('bad-request', `"${request.code}" is not a code`, {
        hint: {
          command:
            'a code has 8 characters, as in 7K3M-Q9TX; kith pair on the machine of the other node shows one',
          program: 'a code has 8 characters, as in 7K3M-Q9TX; the other node shows one'
        }
      })
    if (request.name !== undefined) checkNewName(request.name)
    const reach = request.timeout ?? REACH
    const find = async (inner: AbortSignal) => {
      const target = await resolver.one(request.who, inner)
      if (resolver.isSelf(target.peer))
        throw new NodeError('bad-request', `${request.who} is this node itself`)
      await this.#checkBook(() => {
        this.#entry(target, request, undefined)
        if (book.ofPeer(target.peer) === undefined) this.#checkRoom()
      })
      return { target, connection: await resolver.connect(target, inner) }
    }
    const { target, connection } = await withDeadline(clock, reach, `finding ${request.who}`, find, signal)
    let view: PairView | undefined
    await proveCode(
      connection,
      {
        clock,
        deadline: config().limits.pair.deadline,
        self,
        name: config().name,
        code,
        who: directory.labelOf(target.peer),
        proved: async ({ peer, name, may }) => {
          const put = await book.put(() => this.#entry(target, request, name))
          this.#init.autoDialer.remember(peer, put.addresses)
          view = { name: put.name, peer, may: [...may] }
        }
      },
      signal
    )
    if (view === undefined) throw new NodeError('internal', 'nothing was proved')
    return view
  }

  async unpair(who: string, signal: AbortSignal): Promise<UnpairView> {
    const { book, access } = this.#init
    const peer = peerInBook(who, book)
    const entries = book.entriesOf(peer)
    const names = entries.map(({ name }) => name)
    const addresses = entries.flatMap((entry) => entry.addresses)
    await book.change(() => ({ put: [], remove: names }))
    const why = await this.#tell({ peer, addresses }, signal)
    const still = access.listed.filter((grant) => grant.who === peer).map(({ by }) => by ?? 'access')
    return {
      name: names[0] ?? who,
      peer,
      told: why === undefined,
      ...(why === undefined ? {} : { why }),
      still
    }
  }

  /** @returns why the peer could not be told; undefined where it was */
  async #tell(target: Target, signal: AbortSignal): Promise<string | undefined> {
    const { resolver, clock } = this.#init
    try {
      await withDeadline(
        clock,
        TELL,
        'reaching it',
        async (inner) => await tellUnpaired(await resolver.connect(target, inner), clock, inner),
        signal
      )
      return undefined
    } catch (error) {
      signal.throwIfAborted()
      return describeError(error)
    }
  }

  /** Closes a code that is open. */
  async stop(): Promise<void> {
    this.#pairing.close()
  }

  #entry({ peer, addresses }: Target, { name, who }: PairRequest, claimed: string | undefined) {
    const { book, directory } = this.#init
    const isItsName = NAME.test(who) && !RESERVED_WHO.includes(who) && directory.claimOf(peer)?.name === who
    const given = name ?? (isItsName && !book.ofPeer(peer) ? who : undefined)
    return pairedEntry(
      {
        peer,
        name: given,
        proposed: [claimed],
        addresses: who.startsWith('/') ? addresses : [],
        may: []
      },
      book,
      (word) => this.#isMeant(word)
    )
  }

  /** Before a code is shown or proved: afterwards the other side would be left alone. @throws NodeError */
  async #checkBook(check: () => void): Promise<void> {
    await this.#init.book.change(() => {
      check()
      return { put: [], remove: [] }
    })
  }

  #checkNew(name: string | undefined): void {
    if (name !== undefined) checkNewName(name)
    const other = name === undefined ? undefined : this.#init.book.get(name)
    if (other !== undefined)
      throw new NodeError('already-named', `"${name}" is ${other.peer} in the book`, {
        hint: 'give another name, or none: a peer of the book keeps the name that it has there'
      })
    this.#checkRoom()
  }

  #checkRoom(): void {
    if (this.#init.book.room() === 0)
      throw new NodeError('book-full', 'the book has no room for one more', {
        hint: 'remove an entry, or raise limits.book'
      })
  }

  /** A code that grants `own` because nobody has it does not grant it to a second. @throws NodeError 'owned' */
  #checkUnowned(peer: string): void {
    const { config, access, book } = this.#init
    if (isOwned(config().owner, access, book, peer))
      throw new NodeError('owned', 'somebody else owns this node by now', {
        hint: {
          command: 'kith pair shows a code for the book alone; --may own makes one more owner',
          program: 'open another code'
        }
      })
  }

  /**
   * Names in the configuration, and its own words, have rights, or lack them, or rules act on them: a claim of such a name
   * is not taken.
   */
  #isMeant(word: string): boolean {
    if (word === OWNER || RESERVED_WHO.includes(word)) return true
    const { access, config } = this.#init
    const { deny, store, rules } = config()
    const isInRule = rules.some((rule) => whosOf(rule).includes(word))
    return access.grants(word) || deny.includes(word) || store.includes(word) || isInRule
  }

  /** @param check is called when the book's turn has come */
  async #put(paired: Parameters<typeof pairedEntry>[0], check: () => void): Promise<string> {
    const { book, autoDialer } = this.#init
    const entry = await book.put(() => {
      check()
      return pairedEntry(paired, book, (word) => this.#isMeant(word))
    })
    autoDialer.remember(entry.peer, entry.addresses)
    return entry.name
  }
}

/** @throws NodeError 'bad-request', 'bad-right' */
function checkGrants(grants: readonly string[], things: () => readonly string[]): void {
  if (grants.length > MAX_GRANTS)
    throw new NodeError('bad-request', `a code grants at most ${MAX_GRANTS} rights`, {
      hint: {
        command: 'grant the others afterwards: kith book add NAME --may RIGHTS',
        program: 'grant the others afterwards'
      }
    })
  const long = grants.find((grant) => Buffer.byteLength(grant) > MAX_GRANT_BYTES)
  if (long !== undefined)
    throw new NodeError('bad-request', `"${long}" is longer than ${MAX_GRANT_BYTES} bytes`)
  const wrong = grants.find((grant) => parseRight(grant) === undefined)
  if (wrong !== undefined)
    throw new NodeError('bad-request', `"${wrong}" is nothing that can be granted`, {
      hint: `write ${ACCESS_WORDS.join(', ')}, or one for a thing as in operate:heater`
    })
  checkThings(grants, things)
}
