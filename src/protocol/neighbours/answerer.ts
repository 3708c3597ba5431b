import { BoundedMap } from '../../bounded-map.ts'
import type { Clock } from '../../clock.ts'
import type { Admission, Caller } from '../../peer/admission.ts'
import { QueryError } from '../query/codec/query-error.ts'
import { TokenBuckets } from '../token-bucket.ts'
import type { AdjacentPeer } from './adjacent-peers.ts'
import type { AnswerBody, Listed, Question } from './codec.ts'
import { MAX_AGE, MAX_LISTED } from './constants.ts'
import type { Finder, FindQuestion, Path } from './finder.ts'
import type { NeighboursLimits } from './limits.ts'

export interface AnswererInit {
  readonly clock: Clock
  readonly limits: NeighboursLimits
  readonly admission: Pick<Admission, 'answers' | 'denies'>
  readonly inBook: (peer: string) => boolean
  /** Whether two hosts are on one link of this machine. */
  readonly sharesLink: (one: string | undefined, other: string | undefined) => boolean
  readonly adjacent: () => readonly AdjacentPeer[]
  readonly finder: Pick<Finder, 'forOther'>
  readonly count: (what: string) => void
  /** Aborts when the node stops. */
  readonly signal: AbortSignal
}

interface Remembered {
  readonly at: number
  readonly paths: Promise<readonly Path[]>
}

/**
 * Decides who is answered, how often, and what each may learn: a peer of the book everything that this node sees,
 * another one on the local network only who is connected over the same link as it.
 */
export class Answerer {
  readonly #init: AnswererInit
  readonly #lists: TokenBuckets
  readonly #finds: TokenBuckets
  readonly #remembered: BoundedMap<string, Remembered>

  constructor(init: AnswererInit) {
    const { clock, limits } = init
    this.#init = init
    this.#lists = new TokenBuckets(clock, {
      rate: limits.listRate,
      burst: limits.listBurst,
      names: limits.callers
    })
    this.#finds = new TokenBuckets(clock, {
      rate: limits.findRate,
      burst: limits.findBurst,
      names: limits.callers
    })
    this.#remembered = new BoundedMap(limits.finds)
  }

  /** @throws QueryError 'denied', 'busy' */
  async answer(question: Question, caller: Caller): Promise<AnswerBody> {
    const { admission, limits, count } = this.#init
    if (!admission.answers(caller))
      throw new QueryError('denied', 'only the book and the local network are answered')
    const isList = question.op === 'list'
    if (!(isList ? this.#lists : this.#finds).take(caller.peer)) {
      const rate = isList ? limits.listRate : limits.findRate
      throw new QueryError('busy', 'too many questions', Math.ceil(1000 / rate))
    }
    count(question.op)
    return isList ? this.#list(question, caller) : { paths: await this.#find(question, caller) }
  }

  #list({ after = '', limit = MAX_LISTED }: Question & { op: 'list' }, caller: Caller): AnswerBody {
    const all = this.#visible(caller)
      .filter(({ peer }) => peer > after)
      .sort((one, other) => (one.peer < other.peer ? -1 : 1))
    const now = this.#init.clock.monotonic()
    const peers = all
      .slice(0, limit)
      .map(({ peer, since }): Listed => [peer, Math.min(MAX_AGE, Math.floor((now - since) / 1000))])
    return all.length > limit ? { peers, more: true } : { peers }
  }

  #visible(caller: Caller): AdjacentPeer[] {
    const { adjacent, admission, inBook, sharesLink } = this.#init
    const seesAll = inBook(caller.peer)
    return adjacent().filter(
      ({ peer, host }) =>
        peer !== caller.peer && !admission.denies(peer) && (seesAll || sharesLink(host, caller.host))
    )
  }

  async #find(question: FindQuestion, caller: Caller): Promise<readonly Path[]> {
    const { clock, inBook, finder, signal, limits } = this.#init
    if (!inBook(caller.peer))
      return this.#visible(caller).some(({ peer }) => peer === question.who) ? [[]] : []
    const { who, hops, not = [] } = question
    const key = [hops, who, caller.peer, ...not.toSorted()].join()
    const before = this.#remembered.get(key)
    if (before !== undefined && clock.monotonic() - before.at < limits.findMemory) return await before.paths
    const paths = finder.forOther(question, caller, signal)
    this.#remembered.set(key, { at: clock.monotonic(), paths })
    return await paths
  }
}
