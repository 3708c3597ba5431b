import { BoundedMap } from '../../bounded-map.ts'
import type { Clock } from '../../clock.ts'
import { NodeError } from '../../error.ts'
import { MAX_WITHIN } from '../../protocol/actuator/constants.ts'

/** Of one peer: docs/protocols.md section 23. */
const COMMANDS = 256
/** Milliseconds in which the same command gets the same answer. */
const MEMORY = 600_000
/** Milliseconds in which no command is forgotten: a copy that comes later than this is late. */
const LEAST = MAX_WITHIN * 1000

interface Known<T> {
  readonly at: number
  /** What it asked for: the same number may not ask for something else. */
  readonly content: string
  readonly answer: Promise<T>
}

/** What is remembered of one peer. */
interface Recent<T> {
  /** In the order in which they came. */
  readonly commands: Map<string, Known<T>>
  /** By output: the newest moment that the peer had seen with a command that got its turn. */
  readonly newest: BoundedMap<string, number>
  /** Clock.monotonic() of its last new command. */
  at: number
}

/**
 * The commands of each peer by their numbers, so that one that comes again gets its answer and does nothing; and their
 * order, so that none undoes a newer one.
 */
export class RecentCommands<T> {
  readonly #clock: Clock
  readonly #capacity: number
  readonly #peers = new Map<string, Recent<T>>()

  /** @param peers how many are remembered */
  constructor(clock: Clock, peers: number) {
    this.#clock = clock
    this.#capacity = peers
  }

  /**
   * The answer that a command got, or `work()`, which is remembered from its beginning.
   * @param forgets whether an error is a refusal to try at all, after which the same command may be tried again
   * @throws NodeError 'bad-request' where the same number asked for something else; 'busy' where nothing that is
   *   remembered may be forgotten yet
   */
  once(
    peer: string,
    cmd: string,
    content: string,
    work: () => Promise<T>,
    forgets: (error: unknown) => boolean
  ): Promise<T> {
    const now = this.#clock.monotonic()
    const recent = this.#recentOf(peer, now)
    const { commands } = recent
    const known = commands.get(cmd)
    if (known !== undefined && now - known.at < MEMORY) {
      if (known.content !== content)
        throw new NodeError('bad-request', 'the number of this command was used for another one')
      return known.answer
    }
    commands.delete(cmd)
    makeRoom(commands, COMMANDS, now)
    recent.at = now
    const answer = work()
    commands.set(cmd, { at: now, content, answer })
    answer.catch((error: unknown) => {
      if (forgets(error) && commands.get(cmd)?.answer === answer) commands.delete(cmd)
    })
    return answer
  }

  /**
   * Takes the turn of a command whose sender had seen the moment `ms` of this node. One of the same moment is in order.
   * @returns whether a newer command of this peer for this output had its turn before: the older one is late
   */
  isOvertaken(peer: string, output: string, ms: number): boolean {
    const newest = this.#peers.get(peer)?.newest
    if (newest === undefined) return false
    if (ms < (newest.get(output) ?? 0)) return true
    newest.set(output, ms)
    return false
  }

  #recentOf(peer: string, now: number): Recent<T> {
    const known = this.#peers.get(peer)
    if (known !== undefined) return known
    makeRoom(this.#peers, this.#capacity, now)
    const recent = { commands: new Map(), newest: new BoundedMap<string, number>(COMMANDS), at: now }
    this.#peers.set(peer, recent)
    return recent
  }
}

/** Forgets what is oldest, if it may be forgotten. @throws NodeError 'busy' */
function makeRoom<V extends { readonly at: number }>(
  map: Map<string, V>,
  capacity: number,
  now: number
): void {
  if (map.size < capacity) return
  let oldest: { readonly key: string; readonly at: number } | undefined
  for (const [key, { at }] of map) if (oldest === undefined || at < oldest.at) oldest = { key, at }
  if (oldest === undefined || now - oldest.at <= LEAST)
    throw new NodeError('busy', 'too many commands in a minute', { remedy: 'retry' })
  map.delete(oldest.key)
}
