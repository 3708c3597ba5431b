import t from 'tap'
import { systemClock } from '../../../src/clock.ts'
import type { Operations } from '../../../src/node/api/operations.ts'
import { connectControl } from '../../../src/node/control/client.ts'
import { NotReached } from '../../../src/peer/dialing/way.ts'
import { type AccessHouse, accessHouse, isAllowed } from '../../support/access/access-house.ts'
import {
  type AccessWorld,
  type CallerKind,
  type Column,
  checkDoor,
  WORLDS
} from '../../support/access/access-matrix.ts'
import type { House, HouseNode } from '../../support/scenario/house.ts'

// Many nodes of one process, on a machine that does other things as well.
t.setTimeout(120_000)

const signal = (): AbortSignal => new AbortController().signal
const TEMP = ['/sensor/temp/v1']
const READS: Column[] = ['read air', 'read door']

function nodeOf({ callers }: AccessHouse, caller: CallerKind): HouseNode {
  const node = callers.get(caller)
  if (node === undefined) throw new Error(`${caller.name} is no peer`)
  return node
}

/** A world with some of its callers: each has to be carried. */
function worldOf(title: string, ...names: string[]): AccessWorld {
  const world = WORLDS.find((one) => one.title === title)
  const callers = world?.callers.filter(({ name }) => names.includes(name)) ?? []
  if (world === undefined || callers.length !== names.length) throw new Error(`"${title}" is not as it was`)
  return { ...world, callers }
}

const RELAYED = [
  worldOf(
    'grants to peers',
    'with operate on one',
    'near stranger',
    'far stranger',
    'PeerId with air',
    'near PeerId with the private one',
    'PeerId with operate',
    'denied owner'
  ),
  worldOf('anyone may read', 'a peer of the book', 'near stranger', 'denied stranger')
]

function hasRights({ access }: AccessWorld, { may, overRelay = may, denied }: CallerKind): boolean {
  return denied !== true && (overRelay.includes('+') || access.some(({ who }) => who === 'anyone'))
}

async function know(node: HouseNode, other: HouseNode, relays: string[] = []): Promise<void> {
  await node.operations.bookPut({ name: other.name, who: other.peer, relays })
}

function read(all: AccessHouse, caller: CallerKind, column: Column): Promise<boolean> {
  const { queries } = nodeOf(all, caller).running.assembled.clients
  const n = column.split(' ')[1] ?? ''
  return isAllowed(all.house, queries.read(all.hall.peer, TEMP, { n }, signal()))
}

for (const world of RELAYED)
  t.test(`${world.title}: over a relay nobody is near`, async (t) => {
    const all = await accessHouse(t, world, { isLinked: false })
    const { house, hall } = all
    const den = await house.start('den', { config: 'relay: { serve: anyone }' })
    const relay = (await den.operations.status()).addresses[0] ?? ''
    await house.stop(hall)
    Object.assign(hall.plan, { config: `${hall.plan.config}\nrelays: [${relay}]` })
    await house.run(hall)
    await know(hall, den)
    await know(den, hall)
    // A book without a home is that of one run.
    for (const [{ book }, node] of all.callers) {
      if (book !== undefined) await hall.operations.bookPut({ name: node.name, who: node.peer, ...book })
      await know(node, den)
      await know(node, hall, [relay])
      await know(den, node)
    }
    await until(house, async () => (await hall.operations.status()).relays?.[0]?.held === true)
    await checkDoor(t, [...all.callers.keys()], {
      columns: READS,
      overRelay: true,
      async tries(caller, column) {
        const { autoDialer } = nodeOf(all, caller).running.assembled.peers
        try {
          const isGiven = await read(all, caller, column)
          t.match(autoDialer.connection(hall.peer)?.remoteAddr.toString(), /p2p-circuit/, 'over the relay')
          return isGiven
        } catch (error) {
          // Who may nothing at all gets no circuit.
          if (error instanceof NotReached && !hasRights(world, caller)) return false
          throw error
        }
      }
    })
  })

async function until(house: House, condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await house.pass(1000)
}

t.test('through a neighbour comes who is in the book alone, and has what it has', async (t) => {
  const world = worldOf(
    'grants to peers',
    'with a purpose',
    'with configure',
    'near stranger',
    'PeerId with read',
    'denied owner'
  )
  const all = await accessHouse(t, world, { isLinked: false })
  const { house, hall } = all
  const middle = await house.start('middle')
  await house.link(middle, hall)
  await know(middle, hall)
  await know(hall, middle)
  const isCarried = ({ book, denied }: CallerKind): boolean => book !== undefined && denied !== true
  for (const node of all.callers.values()) {
    await house.link(node, middle)
    await know(node, hall)
    await know(node, middle)
    await know(middle, node)
  }
  const [carried, others] = [true, false].map((is) =>
    [...all.callers.keys()].filter((one) => isCarried(one) === is)
  )
  const open = (caller: CallerKind) =>
    nodeOf(all, caller).running.assembled.via.openVia([middle.peer], hall.peer, signal())
  for (const caller of carried ?? []) await house.while(open(caller))
  await checkDoor(t, carried ?? [], {
    columns: READS,
    overRelay: true,
    tries: (caller, column) => read(all, caller, column)
  })
  t.ok(others?.length)
  for (const caller of others ?? []) await t.rejects(house.while(open(caller)), caller.name)
})

t.test('this machine: the library and the control socket', async (t) => {
  const world = worldOf('grants to peers', 'this machine')
  const all = await accessHouse(t, world, { home: true })
  const { house, hall } = all
  const control = await connectControl(hall.home ?? '', systemClock)
  if (control === undefined) throw new Error('it has no control socket')
  t.teardown(() => control.close())
  const doors: [string, Operations][] = [
    ['library', hall.operations],
    ['control socket', control]
  ]
  for (const [name, operations] of doors)
    await t.test(name, (t) =>
      checkDoor(t, world.callers, {
        columns: [...READS, 'operate heater', 'operate pump'],
        async tries(_, column) {
          const [word, thing = ''] = column.split(' ')
          if (word === 'operate') return await isAllowed(house, operations.switch({ name: thing, to: 'on' }))
          return await isAllowed(house, operations.ask({ who: 'hall', what: thing }, signal()))
        }
      })
    )
})
