import { type Clock, withDeadline } from '../../clock.ts'
import { partsOf, REMOTE_OR_OWN_SWITCH } from '../../config/rules/names.ts'
import type { RuleAction, SendAction, SwitchAction } from '../../config/rules/rules.ts'
import { defined } from '../../defined.ts'
import { NodeError } from '../../error.ts'
import type { Log } from '../../log.ts'
import type { AddressBook } from '../../peer/book/book.ts'
import { openStream } from '../api/pipe.ts'
import type { StreamLimits } from '../network/limits.ts'
import { NodeStream } from '../network/streams/node-stream.ts'
import type { PeerResolver } from '../peers/resolver.ts'
import { peerOfRule } from './rule-peer.ts'

export interface RuleActionsInit {
  readonly clock: Clock
  readonly log: Log
  readonly book: Pick<AddressBook, 'get'>
  readonly resolver: Pick<PeerResolver, 'connect'>
  readonly limits: StreamLimits
  /** Commands an output of this node or, where the peer grants it, of another. `for`: seconds. */
  readonly switchTo: (
    request: { who?: string; name: string; to: 'on' | 'off'; for?: number },
    signal: AbortSignal,
    by: string
  ) => Promise<unknown>
}

/** Milliseconds for one action. */
const DEADLINE = 20_000

/** Does what rules say. Peers are those of the book alone: what a node calls itself is nobody to act for. */
export class RuleActions {
  readonly #init: RuleActionsInit

  constructor(init: RuleActionsInit) {
    this.#init = init
  }

  /** @param rule its name @throws NodeError why it could not be done; the signal's reason */
  async perform(action: RuleAction, signal: AbortSignal, rule: string): Promise<void> {
    if ('log' in action) {
      this.#init.log.info(action.log)
      return
    }
    const work = (inner: AbortSignal): Promise<void> =>
      'send' in action ? this.#send(action, inner) : this.#switch(action, inner, `rule ${rule}`)
    await withDeadline(this.#init.clock, DEADLINE, 'what a rule does', work, signal)
  }

  async #switch(
    { switch: text, to, for: lease }: SwitchAction,
    signal: AbortSignal,
    by: string
  ): Promise<void> {
    const { who, device } = partsOf(text, REMOTE_OR_OWN_SWITCH) ?? { who: undefined, device: text }
    const seconds = lease === undefined ? undefined : lease / 1000
    const peer = who === undefined ? undefined : this.#peer(who)
    await this.#init.switchTo({ name: device, to, ...defined({ who: peer, for: seconds }) }, signal, by)
  }

  /** A stream with one message, as an application sends it. */
  async #send({ send: who, protocol, text }: SendAction, signal: AbortSignal): Promise<void> {
    const { resolver, clock, limits } = this.#init
    const peer = this.#peer(who)
    const connection = await resolver.connect({ peer, addresses: [] }, signal)
    const stream = new NodeStream(await openStream(connection, [protocol], who, signal), peer, clock, limits)
    const abort = (): void => stream.abort(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    try {
      await stream.send(text)
      await stream.close()
    } catch (error) {
      stream.abort(error instanceof Error ? error : new Error(String(error)))
      throw error
    } finally {
      signal.removeEventListener('abort', abort)
    }
  }

  #peer(who: string): string {
    const peer = peerOfRule(who, this.#init.book)
    if (peer !== undefined) return peer
    throw new NodeError('nobody-found', `"${who}" is not in the book`, {
      hint: { command: `kith book add ${who} PEERID`, program: `book.add('${who}', peer) adds it` }
    })
  }
}
