import { join } from 'node:path'
import { tailOf } from '../../../src/cli/views/peers-table.ts'
import type { PeerView, PingReply, SeriesView, Status } from '../../../src/node/api/operations.ts'
import type { HistoryRow } from '../../../src/node/api/reading-rows.ts'
import type { ForgerOptions } from '../../support/namespaces/forger.ts'
import { KithNode } from '../../support/namespaces/kith-node.ts'
import type { Namespace } from '../../support/namespaces/namespaces.ts'
import { Segment } from '../../support/namespaces/segment.ts'
import type { Running } from '../../support/process/kith.ts'
import { linesOf } from '../../support/process/node.ts'
import type { Net, Scenario } from '../scenario.ts'

/** Seconds; a search asks for 1.5 s, a circuit of three hops takes as long as its round trips. */
const REACHED_WITHIN = 20
/** °C, which no thermometer here measures. */
const FORGED = 99
const HONEST = 33

interface Row {
  readonly first: Segment
  readonly machines: readonly Namespace[]
}

/** Machines in a row, each with a network between it and the next. */
function row(net: Net, ...names: readonly string[]): Row {
  const segments = names.slice(1).map((_, i) => net.use(new Segment(`lan${i}`)))
  const machines = names.map((name, i) => {
    const [left, right] = [segments[i - 1], segments[i]]
    const machine =
      left === undefined ? right?.machine(name, `10.${i}.0.1`) : left.machine(name, `10.${i - 1}.0.2`)
    if (machine === undefined) throw new Error('a row has two or more')
    if (left !== undefined) right?.plug(machine, `10.${i}.0.1`, `lan${i}`)
    return machine
  })
  const [first] = segments
  if (first === undefined) throw new Error('a row has two or more')
  return { first, machines }
}

/** Each of these nodes writes the other into its address book. */
async function acquaint(...pairs: readonly (readonly [string, KithNode, string, KithNode])[]): Promise<void> {
  const said = await Promise.all(
    pairs.flatMap(([nameOfA, a, nameOfB, b]) => [
      a.kith('book', 'add', nameOfB, b.peer),
      b.kith('book', 'add', nameOfA, a.peer)
    ])
  )
  for (const { status, err } of said) if (status !== 0) throw new Error(err)
}

async function pathTo(node: KithNode, { peer }: KithNode): Promise<PeerView['path'] | undefined> {
  return (await node.told<PeerView[]>('peers')).find((one) => one.peer === peer)?.path
}

function shown({ out }: Running): SeriesView[] {
  return linesOf(out()) as unknown as SeriesView[]
}

/** A friend behind others: what each command of the asker's home says of it. */
async function commandsReach(net: Net, asker: KithNode, name: string, text: string): Promise<void> {
  await net.within(REACHED_WITHIN, `ping --trace ${name} is answered, and tells the way`, async () => {
    const { out } = await asker.kith('ping', name, '--trace', '-n', '2')
    const ways = [`the way to ${name}:\n`, `\n  via ${text}: `, `, via ${text}\n`]
    return ways.every((part) => out.includes(part)) && out.includes('2 of 2 answered')
  })
  const watching = asker.begin('watch', name)
  const asked = await asker.kith('ask', name)
  net.check(
    `ask ${name} is answered, sealed by who is in the book`,
    new RegExp(`^${name}/air/temperature .*°C .* signed, known$`, 'm').test(asked.out)
  )
  const [answer] = await asker.told<SeriesView[]>('ask', name)
  net.check('and names the path', answer?.path === `via ${text}` && answer.signed)
  await net.within(REACHED_WITHIN, `watch ${name}`, async () => watching.out().split('\n').length > 3)
  net.check(
    'each of its readings is sealed by who is in the book',
    watching
      .out()
      .split('\n')
      .slice(0, -1)
      .every((line) => line.includes(`\t${name}/air/temperature\t`) && line.endsWith('\tsigned, known'))
  )
  const rows = await asker.lines<HistoryRow>('history', name, 'air')
  net.check(
    `history ${name}`,
    rows.length > 2 &&
      rows.every((row) => 'signed' in row && row.signed && row.known && row.door === 'history')
  )
}

export const twoLans: Scenario = {
  name: 'the commands, over networks joined only by nodes that are in two: through one, and three, never four',
  deadline: 150,
  async run(net) {
    const homes = net.folder()
    const { first, machines } = row(net, 'desk', 'hall', 'attic', 'roof', 'den', 'cellar')
    const [desk, hall, attic, roof, den, cellar] = await Promise.all(
      machines.map((machine) => KithNode.start(machine, join(homes, machine.label)))
    )
    if (!desk || !hall || !attic || !roof || !den || !cellar) throw new Error('six were started')
    const all = desk.begin('watch', '--json')
    const hears = (author: string): boolean => shown(all).some(({ peer }) => peer === author)
    await net.within(20, 'each hears the next', async () => hears(hall.peer))
    const stranger = await desk.kith('ask', attic.peer)
    net.check(
      'without the book nobody is reached',
      stranger.status === 3 && /none of 1 asked/.test(stranger.err)
    )
    await net.within(20, 'nor listed', async () => {
      const listed = await cellar.told<PeerView[]>('peers')
      return listed.length === 1 && listed[0]?.peer === den.peer
    })
    net.check('nor heard', !hears(attic.peer))

    await acquaint(
      ['desk', desk, 'hall', hall],
      ['hall', hall, 'attic', attic],
      ['attic', attic, 'roof', roof],
      ['roof', roof, 'den', den],
      ['den', den, 'cellar', cellar]
    )
    await net.within(20, 'peers lists one behind another as via', async () => {
      const path = await pathTo(desk, attic)
      return path?.text === 'via hall' && path.hops?.join() === hall.peer
    })
    await desk.kith('book', 'add', 'attic', attic.peer)
    const unknown = await desk.kith('ask', 'attic')
    net.check(
      'who does not know the asker is not reached',
      unknown.status === 3 && unknown.err.includes('it takes no circuits of this peer')
    )
    await attic.kith('book', 'add', 'desk', desk.peer)
    await commandsReach(net, desk, 'attic', 'hall')
    await net.within(20, 'and heard', async () => hears(attic.peer))
    await forgery(net, first, { desk, attic, all })

    await acquaint(['desk', desk, 'den', den], ['desk', desk, 'cellar', cellar])
    await commandsReach(net, desk, 'den', `hall, attic, ${tailOf(roof.peer)}`)
    net.check(
      'the path is shown',
      (await pathTo(desk, den))?.hops?.join() === [hall, attic, roof].map(({ peer }) => peer).join()
    )
    const [ping] = await desk.lines<PingReply>('ping', 'den', '-n', '1', '--stream')
    net.check('ping by stream', ping?.by === 'stream' && ping.rtt !== undefined)
    const far = await desk.kith('ask', 'cellar')
    net.check(
      'four are refused',
      far.status === 3 && far.err.includes('none of 1 asked knows a path of 3 nodes or fewer (hall)')
    )
  }
}

/** What a stranger beside the asker forges of a friend is not shown, and what it measures itself is. */
async function forgery(
  net: Net,
  first: Segment,
  { desk, attic, all }: { desk: KithNode; attic: KithNode; all: Running }
): Promise<void> {
  const options: ForgerOptions = {
    target: `/ip4/10.0.0.1/tcp/4001/p2p/${desk.peer}`,
    author: attic.peer,
    forged: FORGED,
    honest: HONEST
  }
  await first
    .machine('forger', '10.0.0.9')
    .start(new URL('../../support/namespaces/forger.ts', import.meta.url), options)
  const of = (value: number): SeriesView | undefined => shown(all).find((view) => view.value === value)
  await net.within(10, "a stranger's own reading is shown", async () => of(HONEST) !== undefined)
  net.check('as sealed by somebody who is not in the book', of(HONEST)?.signed === true && !of(HONEST)?.known)
  net.check("what it seals in a friend's name is not", of(FORGED) === undefined)
  const { counters } = await desk.told<Status>('status')
  net.check('but counted', (counters['gossip.reject-signature'] ?? 0) === 1)
}
