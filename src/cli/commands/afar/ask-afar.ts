import { NodeError } from '../../../error.ts'
import type { ManageAsk } from '../../../node/api/manage/manage-ask.ts'
import { sanitize } from '../../../node/log/sanitize.ts'
import type { Context } from '../../command-line/command.ts'

/** Characters that are shown of one text of another node. */
const MAX_TEXT = 4000
/** Characters that an error shows of an answer. */
const MAX_EXCERPT = 200

/**
 * Asks another node, as the node of this home: only that is granted something there.
 * @param isRaw whether texts are handed on as they came; else what a terminal would obey is removed
 * @throws NodeError what the operation throws
 */
export async function* askAfar(
  { connect, signal, timeout }: Context,
  ask: ManageAsk,
  isRaw = false
): AsyncGenerator<unknown, void, void> {
  const { operations } = await connect({ own: true })
  const request = timeout === undefined ? ask : { ...ask, timeout }
  for await (const value of operations.manage(request, signal)) yield isRaw ? value : cleaned(value)
}

/**
 * The one value of an answer.
 * @param isIt whether a value is such an answer: another node may send anything
 * @throws NodeError 'bad-frame' where there is none
 */
export async function askOnce<T>(
  context: Context,
  ask: ManageAsk,
  isIt: (value: unknown) => value is T,
  isRaw = false
): Promise<T> {
  for await (const value of askAfar(context, ask, isRaw)) {
    if (isIt(value)) return value
    throw unreadable(ask.who, `it sent ${sanitize(JSON.stringify(value) ?? '', MAX_EXCERPT)}`)
  }
  throw unreadable(ask.who, 'it sent nothing')
}

/** Makes lines of what another node answered, which may be anything. @throws NodeError 'bad-frame' */
export function shownOf(who: string, make: () => string[]): string[] {
  try {
    return make()
  } catch {
    throw unreadable(who, '--json shows what it sent')
  }
}

function unreadable(who: string, sent: string): NodeError {
  return new NodeError('bad-frame', `the answer of ${who} cannot be read`, {
    hint: `does it run another version of kith? ${sent}`
  })
}

function cleaned(value: unknown): unknown {
  if (typeof value === 'string')
    return value
      .split('\n')
      .map((line) => sanitize(line, MAX_TEXT))
      .join('\n')
  if (Array.isArray(value)) return value.map(cleaned)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [sanitize(key), cleaned(each)]))
}
