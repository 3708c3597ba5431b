import { type Clock, withDeadline } from '../../clock.ts'
import { NodeError } from '../../error.ts'
import { MANAGE_PROTOCOL, type Manage, type ManageRequest } from '../../protocol/manage/index.ts'
import type { ManageAsk } from '../api/manage/manage-ask.ts'
import { openStream } from '../api/pipe.ts'
import type { PeerResolver } from '../peers/resolver.ts'

export interface ManageAskInit {
  readonly clock: Clock
  readonly resolver: PeerResolver
  readonly manage: Pick<Manage, 'ask'>
  readonly labelOf: (peer: string) => string
}

const DEFAULT_TIMEOUT = 10_000

/**
 * Asks one node, over a stream of its own.
 * @throws NodeError nobody-found, ambiguous, unreachable, no-common-protocol, denied, unsupported …
 */
export async function* askManage(
  { clock, resolver, manage, labelOf }: ManageAskInit,
  ask: ManageAsk,
  signal: AbortSignal
): AsyncGenerator<unknown, void, void> {
  const { who, timeout = DEFAULT_TIMEOUT } = ask
  const request = requestOf(ask)
  const open = async (inner: AbortSignal) => {
    const target = await resolver.one(who, inner)
    const connection = await resolver.connect(target, inner)
    const label = labelOf(target.peer)
    return { label, stream: await openStream(connection, [MANAGE_PROTOCOL], label, inner) }
  }
  const { label, stream } = await withDeadline(clock, timeout, `opening a stream to ${who}`, open, signal)
  yield* manage.ask(stream, label, request, signal)
}

/** @throws NodeError 'bad-request' where it lacks what its op needs */
function requestOf({ op, n, follow, text, base, ticket }: ManageAsk): ManageRequest {
  const given = <T>(value: T | undefined, name: string): T => {
    if (value === undefined) throw new NodeError('bad-request', `${op} needs ${name}`)
    return value
  }
  switch (op) {
    case 'logs':
      return { op, n, follow }
    case 'check':
      return { op, text: given(text, 'text') }
    case 'put':
      return { op, text: given(text, 'text'), base: given(base, 'base') }
    case 'confirm':
      return { op, ticket: given(ticket, 'ticket') }
    default:
      return { op }
  }
}
