import t from 'tap'
import { isNodeError } from '../../../src/error.ts'
import { Node } from '../../../src/node/node.ts'
import { SWITCH_PROTOCOL } from '../../../src/protocol/actuator/constants.ts'
import { type AccessHouse, accessHouse, isAllowed } from '../../support/access/access-house.ts'
import {
  type CallerKind,
  type Column,
  checkDoor,
  PROTOCOL,
  WORLDS
} from '../../support/access/access-matrix.ts'
import type { HouseNode } from '../../support/scenario/house.ts'

// Many nodes of one process, on a machine that does other things as well.
t.setTimeout(120_000)

const signal = (): AbortSignal => new AbortController().signal
const TEMP = ['/sensor/temp/v1']

function nodeOf({ callers }: AccessHouse, caller: CallerKind): HouseNode {
  const node = callers.get(caller)
  if (node === undefined) throw new Error(`${caller.name} is no peer`)
  return node
}

const codeOf = (error: unknown): string => (isNodeError(error) ? error.code : String(error))

const nameOf = (column: Column): string => column.split(' ')[1] ?? ''

for (const world of WORLDS)
  t.test(`${world.title}: streams and datagrams of direct connections`, async (t) => {
    const all = await accessHouse(t, world)
    const { house, hall } = all
    const peers = [...all.callers.keys()]
    const clientsOf = (caller: CallerKind) => nodeOf(all, caller).running.assembled.clients
    const columns: Column[] = ['read air', 'read door']

    t.test('read', (t) =>
      checkDoor(t, peers, {
        columns,
        tries: (caller, column) => {
          const { queries } = clientsOf(caller)
          return isAllowed(house, queries.read(hall.peer, TEMP, { n: nameOf(column) }, signal()))
        }
      })
    )

    t.test('read by datagram', (t) =>
      checkDoor(t, peers, {
        columns,
        tries: (caller, column) => {
          const queries = clientsOf(caller).datagramQueries
          if (queries === undefined) throw new Error('datagrams are off')
          return isAllowed(house, queries.read(hall.peer, TEMP, { n: nameOf(column) }, signal()))
        }
      })
    )

    t.test('history', (t) =>
      checkDoor(t, peers, {
        columns,
        tries: (caller, column) => {
          const rows = clientsOf(caller).queries.history(hall.peer, TEMP, { n: nameOf(column) }, signal())
          return isAllowed(house, rows.next())
        }
      })
    )

    t.test('observe: what comes of all that is asked for', (t) =>
      checkDoor(t, peers, {
        columns,
        async tries(caller, column) {
          const stop = new AbortController()
          const events = clientsOf(caller).queries.observe(hall.peer, TEMP, { credit: 8 }, stop.signal)
          const seen = new Set<string>()
          const watched = (async () => {
            for await (const event of events) {
              if (event.kind !== 'sealed') continue
              for (const { series } of event.sealed.readings) seen.add(series.split('/')[1] ?? '')
            }
          })()
          const ended = watched.catch((error: unknown) => {
            if (!stop.signal.aborted && codeOf(error) !== 'denied') throw error
          })
          await house.pass(1500)
          stop.abort()
          await house.while(ended)
          return seen.has(nameOf(column))
        }
      })
    )

    t.test('describe: the series that the catalogue lists', (t) =>
      checkDoor(t, peers, {
        columns,
        async tries(caller, column) {
          const { queries } = clientsOf(caller)
          const found = queries.describe(hall.peer, ['/sensor/meta/v1'], {}, signal())
          if (!(await isAllowed(house, found))) return false
          return (await found).series.some(({ name }) => name.split('/')[1] === nameOf(column))
        }
      })
    )

    t.test('the state of a switch as a reading', (t) =>
      checkDoor(t, peers, {
        columns: ['read heater'],
        tries: (caller) => {
          const { queries } = clientsOf(caller)
          return isAllowed(house, queries.read(hall.peer, [SWITCH_PROTOCOL], { n: 'heater' }, signal()))
        }
      })
    )

    t.test('commands of a switch', (t) =>
      checkDoor(t, peers, {
        columns: ['operate heater', 'operate pump'],
        async tries(caller, column) {
          const name = nameOf(column)
          const line = name === 'heater' ? 'GPIO20' : 'GPIO21'
          await hall.operations.switch({ name, to: 'off' })
          const { operations } = nodeOf(all, caller)
          const isDone = await isAllowed(house, operations.switch({ who: hall.peer, name, to: 'on' }))
          t.equal(hall.world?.lines.level(line), isDone ? 1 : 0, 'the line is as it was answered')
          return isDone
        }
      })
    )

    t.test('the status of the node from afar', (t) =>
      checkDoor(t, peers, {
        columns: ['configure'],
        tries: (caller) => {
          const { operations } = nodeOf(all, caller)
          const answers = operations.manage({ who: hall.peer, op: 'status' }, signal())
          return isAllowed(house, answers[Symbol.asyncIterator]().next())
        }
      })
    )

    t.test('a stream of an application', async (t) => {
      const node = new Node(hall.running, hall.running.assembled.init.config)
      await node.handle(PROTOCOL, async (stream) => {
        await stream.send(Uint8Array.of(7))
      })
      await checkDoor(t, peers, {
        columns: ['use notes'],
        async tries(caller) {
          const { operations } = nodeOf(all, caller)
          const { bytes } = await house.while(
            operations.pipe({ who: hall.peer, protocols: [PROTOCOL] }, signal())
          )
          const received = bytes.toArray().then(
            (chunks) => Buffer.concat(chunks).length > 0,
            () => false
          )
          return await house.while(received)
        }
      })
      await node.unhandle(PROTOCOL)
    })

    t.test('a flow of datagrams of an application', async (t) => {
      hall.running.assembled.datagrams.handle(PROTOCOL, () => () => {})
      await checkDoor(t, peers, {
        columns: ['use notes'],
        tries: (caller) => {
          const { datagrams } = nodeOf(all, caller).running.assembled
          return isAllowed(house, datagrams.open(hall.peer, [PROTOCOL], { receive: () => {} }))
        }
      })
    })
  })
