import { BoundedMap } from '../../bounded-map.ts'
import type { Clock } from '../../clock.ts'
import { NodeError } from '../../error.ts'

/** Of one peer: docs/protocols.md section 23. */
const COMMANDS = 256
/** Milliseconds in which the same command gets the same answer. */
const MEMORY = 600_000

interface Known<T> {
  readonly at: number
  /** What it asked for: the same number may not ask for something else. */
  readonly content: string
  readonly answer: Promise<T>
}

/** The commands of each peer by their numbers, so that one that comes again gets its answer and does nothing. */
export class RecentCommands<T> {
  readonly #clock: Clock
  readonly #peers: BoundedMap<string, BoundedMap<string, Known<T>>>

  /** @param peers how many are remembered */
  constructor(clock: Clock, peers: number) {
    this.#clock = clock
    this.#peers = new BoundedMap(peers)
  }

  /**
   * The answer that a command got, or `work()`, which is remembered from its beginning.
   * @param forgets whether an error is a refusal to try at all, after which the same command may be tried again
   * @throws NodeError 'bad-request' where the same number asked for something else
   */
  once(
    peer: string,
    cmd: string,
    content: string,
    work: () => Promise<T>,
    forgets: (error: unknown) => boolean
  ): Promise<T> {
    const now = this.#clock.monotonic()
    const commands = this.#peers.touch(peer) ?? new BoundedMap<string, Known<T>>(COMMANDS)
    this.#peers.set(peer, commands)
    const known = commands.get(cmd)
    if (known !== undefined && now - known.at < MEMORY) {
      if (known.content !== content)
        throw new NodeError('bad-request', 'the number of this command was used for another one')
      return known.answer
    }
    const answer = work()
    commands.set(cmd, { at: now, content, answer })
    answer.catch((error: unknown) => {
      if (forgets(error) && commands.get(cmd)?.answer === answer) commands.delete(cmd)
    })
    return answer
  }
}
