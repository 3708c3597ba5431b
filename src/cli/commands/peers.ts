import type { Operations, PeerView } from '../../node/api/operations.ts'
import { sanitize } from '../../node/log/sanitize.ts'
import { type Context, defineCommand } from '../command-line/command.ts'
import { untilAborted } from '../command-line/until-aborted.ts'
import { Screen } from '../terminal/screen.ts'
import { isGone, peersTable } from '../views/peers-table.ts'

/** Milliseconds between refreshes, and for discovery by a temporary node. */
const REFRESH_MS = 2000
const DISCOVERY_MS = 3000
/** Milliseconds without a change after which its neighbours are known, and between two looks. */
const SETTLED_MS = 400
const LOOK_MS = 100

export const peers = defineCommand({
  name: 'peers',
  summary: 'list the peers nearby and the paths to them',
  options: {
    watch: { kind: 'flag', short: 'w', summary: 'update until Ctrl-C; in a pipe one line for each change' },
    all: {
      kind: 'flag',
      short: 'a',
      summary: 'also peers that are gone and not in the book; --json has them always'
    },
    forget: {
      kind: 'text',
      value: 'WHO',
      summary: 'remove the addresses learned of a peer; those of the book stay'
    }
  },
  positionals: [],
  example: 'kith peers -w',
  async run(context) {
    if (context.options.forget !== undefined) return forgetAddresses(context, context.options.forget)
    const { operations, from } = await context.connect()
    if (from === 'temporary') await discover(context, operations)
    if (context.options.watch === true) return watchPeers(context, () => operations.peers())
    const found = await operations.peers()
    if (context.json) context.terminal.json(found)
    else showPeers(context, found)
  }
})

/**
 * Waits until a temporary node knows its neighbours: as long as --timeout says, else until some are connected and
 * nothing has changed for a while. An answer of mDNS comes within 120 ms (RFC 6762 section 6), a connection and its
 * catalogue soon after.
 */
async function discover({ timeout, clock, signal }: Context, operations: Operations): Promise<void> {
  if (timeout !== undefined) return clock.sleep(timeout, signal)
  const begun = clock.monotonic()
  let last = ''
  let changed = begun
  while (clock.monotonic() - begun < DISCOVERY_MS) {
    const connected = (await operations.peers()).filter((peer) => peer.connected)
    const seen = connected.map(({ peer, name }) => `${peer} ${name}`).join()
    if (seen !== last) changed = clock.monotonic()
    else if (seen !== '' && clock.monotonic() - changed >= SETTLED_MS) return
    last = seen
    await clock.sleep(LOOK_MS, signal)
  }
}

function showPeers(context: Context, found: readonly PeerView[]): void {
  const { terminal } = context
  const shown = found.filter(isShown(context))
  if (shown.length > 0) terminal.lines(peersTable(shown, terminal))
  else terminal.remark('kith: no peers nearby; kith doctor checks the network')
  const gone = found.length - shown.length
  if (gone > 0)
    terminal.remark(
      `kith: ${gone} not in the book ${gone === 1 ? 'is' : 'are'} gone; kith peers --all shows them`
    )
}

type IsShown = (peer: PeerView) => boolean

function isShown({ options, json }: Context): IsShown {
  return (peer) => options['all'] === true || json || !isGone(peer)
}

async function forgetAddresses(context: Context, who: string): Promise<void> {
  const { operations } = await context.connect({ running: true })
  const forgotten = await operations.peersForget(who)
  if (context.json) return context.terminal.json(forgotten)
  for (const { who, addresses } of forgotten) {
    const shown = addresses.map((address) => `  ${sanitize(address)}`)
    const count = addresses.length === 0 ? 'nothing learned' : `${addresses.length} forgotten`
    context.terminal.lines([`${sanitize(who, 64)}: ${count}; the address book is as it was`, ...shown])
  }
}

async function watchPeers(context: Context, list: () => Promise<PeerView[]>): Promise<void> {
  const { terminal, clock, signal } = context
  const screenWanted = terminal.live && !context.json
  let now: readonly PeerView[] = []
  const draw = (): string[] =>
    now.length > 0 ? peersTable(now, terminal) : [terminal.ansi('no peers nearby yet; Ctrl-C ends', 'dim')]
  const screen = new Screen({ terminal, clock, draw })
  const changes = new PeerChanges()
  if (screenWanted) screen.enter()
  try {
    for await (const found of untilAborted(refreshes(context, list), signal)) {
      now = found.filter(isShown(context))
      if (screenWanted) screen.changed()
      else for (const peer of changes.of(found, isShown(context))) show(context, peer)
    }
  } finally {
    screen.leave()
  }
}

function show({ json, terminal }: Context, peer: PeerView): void {
  if (json) terminal.json(peer)
  else terminal.lines(peersTable([peer], terminal).slice(1))
}

async function* refreshes(
  { clock, signal }: Context,
  list: () => Promise<PeerView[]>
): AsyncGenerator<PeerView[]> {
  for (;;) {
    yield await list()
    await clock.sleep(REFRESH_MS, signal)
  }
}

/** Round trips and ages change at every refresh: only another name, path or connection counts as a change. */
class PeerChanges {
  /** What was shown of each, without those that are shown no more. */
  #before = new Map<string, string>()

  /** Peers that changed, and once those that are shown no more. */
  of(found: readonly PeerView[], isShown: IsShown): PeerView[] {
    const before = this.#before
    this.#before = new Map(found.filter(isShown).map((peer) => [peer.peer, stateOf(peer)]))
    const isKnown = (peer: PeerView): boolean => isShown(peer) || before.has(peer.peer)
    return found.filter((peer) => isKnown(peer) && before.get(peer.peer) !== stateOf(peer))
  }
}

function stateOf({ name, path, connected }: PeerView): string {
  return JSON.stringify([name, path, connected])
}
