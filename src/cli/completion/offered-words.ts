import type { Clock } from '../../clock.ts'
import type { Operations, SeriesView, WatchRequest } from '../../node/api/operations.ts'
import type { Offer } from '../command-line/command.ts'

/** Milliseconds in which the node tells what it knows; a person waits for it. */
const LONGEST = 400
/** Milliseconds after which what it knows already has come. */
const QUIET = 60
/** Words that are offered at most. */
const MAX_WORDS = 500
/** What a shell takes as one word, whatever a peer calls itself. */
const WORD = /^[\w.][\w./-]*$/

/** What a node is asked for: of sensors, those of a word for a peer, or of everybody. */
export interface Wanted {
  readonly offer: Offer
  readonly who: string | undefined
}

/** Words of the running node for a shell to choose from, sorted; of a node that is slow, those that came in time. */
export async function offeredWords(
  operations: Operations,
  { offer, who }: Wanted,
  clock: Clock,
  signal: AbortSignal
): Promise<string[]> {
  if (offer === 'own-switches') return inOrder(await ownSwitches(operations, signal))
  if (offer === 'switches') return await switchWords(operations, clock, signal)
  const views = await present(operations, { who: who === undefined ? [] : [who] }, clock, signal)
  if (offer === 'sensors')
    return inOrder(views.flatMap(({ device, series, quantity }) => [device, series, quantity]))
  return inOrder([...bookWords(await operations.book()), ...views.map((view) => view.who)])
}

/** Switches of this node, and those of others whose state is known, as `hall/heater`. */
async function switchWords(operations: Operations, clock: Clock, signal: AbortSignal): Promise<string[]> {
  const names = await ownSwitches(operations, signal)
  const own = (await operations.status()).peer
  const others = await present(operations, { who: [], what: 'switch' }, clock, signal)
  // Another node may have one of the same name.
  const isOther = ({ peer, device, series }: SeriesView): boolean =>
    series === `${device}/switch` && peer !== own
  return inOrder([...names, ...others.filter(isOther).map(({ who, device }) => `${who}/${device}`)])
}

async function ownSwitches(operations: Operations, signal: AbortSignal): Promise<string[]> {
  return (await operations.switch({}, signal)).map(({ name }) => name)
}

/** Names and purposes. */
export function bookWords(
  entries: readonly { readonly name: string; readonly purposes: readonly string[] }[]
): string[] {
  return inOrder(entries.flatMap(({ name, purposes }) => [name, ...purposes]))
}

function inOrder(words: readonly string[]): string[] {
  return [...new Set(words)]
    .filter((word) => WORD.test(word))
    .slice(0, MAX_WORDS)
    .sort()
}

/** The first of watch(): what is known. It goes on with what comes then, which nobody waits for. */
async function present(
  operations: Operations,
  request: WatchRequest,
  clock: Clock,
  signal: AbortSignal
): Promise<SeriesView[]> {
  const ended = new AbortController()
  const end = (): void => ended.abort()
  const cancelLongest = clock.after(LONGEST, end)
  let cancelQuiet = clock.after(LONGEST, end)
  const views: SeriesView[] = []
  try {
    for await (const view of operations.watch(request, AbortSignal.any([signal, ended.signal]))) {
      views.push(view)
      cancelQuiet()
      cancelQuiet = clock.after(QUIET, end)
    }
  } catch (error) {
    if (!ended.signal.aborted) throw error
  } finally {
    cancelLongest()
    cancelQuiet()
  }
  return views
}
