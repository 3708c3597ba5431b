import fsPromises from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import t, { type Test } from 'tap'
import { clockChips, devices } from '../../devices/index.ts'
import { loadConfig, parseConfig } from '../../src/config/load.ts'
import { isNodeError } from '../../src/error.ts'
import { simulatedWorld } from '../../src/hal/simulated/world.ts'
import type { World } from '../../src/hal/world.ts'
import { silentLog } from '../../src/log.ts'
import { type RunningNode, type StartInit, startNode } from '../../src/node/run-node.ts'
import { openHome } from '../../src/peer/identity/home.ts'
import { keptLog } from '../support/history.ts'
import { memoryCarrier } from '../support/memory-network.ts'

async function start(home: string, changes: Partial<StartInit> = {}): Promise<RunningNode> {
  const config = parseConfig('name: hall\nmdns: false', [])
  return await startNode({
    home,
    config,
    world: simulatedWorld(),
    log: silentLog,
    carrier: memoryCarrier(),
    ...changes
  })
}

/** A world that records whether it was closed. */
function watchedWorld(): { world: World; closed: () => boolean } {
  const world = simulatedWorld()
  let closed = false
  const close = async (): Promise<void> => {
    closed = true
    await world.close()
  }
  return { world: { ...world, close }, closed: () => closed }
}

async function isFree(home: string): Promise<boolean> {
  try {
    ;(await openHome(home, { create: false })).close()
    return true
  } catch (error) {
    if (isNodeError(error, 'home-in-use')) return false
    throw error
  }
}

/** A disk that has become read-only: nothing can be removed any more. */
function refuseRemoval(t: Test): void {
  t.intercept(fsPromises, 'rm', {
    value: async () => {
      throw Object.assign(new Error('EROFS: read-only file system'), { code: 'EROFS' })
    }
  })
  syncBuiltinESMExports()
  t.teardown(() => syncBuiltinESMExports())
}

t.test('what cannot be put together leaves nothing open', async (t) => {
  const home = t.testdir({ 'book.yaml': 'peers: nonsense' })
  const { world, closed } = watchedWorld()
  await t.rejects(start(home, { world }), { name: 'NodeError' })
  t.ok(closed())
  t.ok(await isFree(home))
})

t.test('a home that another node has is left to it', async (t) => {
  const home = t.testdir()
  const first = await start(home)
  t.teardown(() => first.stop())
  t.notOk(await isFree(home))
  const { world, closed } = watchedWorld()
  await t.rejects(start(home, { world }), { code: 'home-in-use' })
  t.ok(closed())
})

t.test('words of store and deny that mean nobody are warned of at start', async (t) => {
  const home = t.testdir()
  const { config } = loadConfig({
    text: 'mdns: false\nstore: [attic, { claimed: soil }]\ndeny: [cellar]',
    devices
  })
  const log = keptLog()
  const node = await start(home, { config, log })
  await node.stop()
  t.match(
    log.lines.filter(({ level }) => level === 'warn'),
    [
      {
        message: /^store: "attic" .*\. hint: kith book add attic PEERID, or store: \[\{ claimed: attic \}\]/
      },
      { message: /^deny: "cellar" / }
    ]
  )
})

t.test('a socket that cannot be removed keeps nothing else from its end', async (t) => {
  const home = t.testdir()
  const { world, closed } = watchedWorld()
  const log = keptLog()
  const node = await start(home, { world, log })
  refuseRemoval(t)
  await node.stop()
  t.ok(closed())
  t.ok(await isFree(home))
  t.match(
    log.lines.filter(({ level }) => level === 'warn'),
    [{ message: /EROFS/ }]
  )
})

t.test('a node for one command opens no hardware and has no sensors', async (t) => {
  const home = t.testdir()
  const text = `name: hall
mdns: false
store: [attic]
time: { rtc: { type: ds3231, bus: i2c-1 } }
sensors: [{ type: bme280, name: air, interval: 1s }]
`
  const { config } = loadConfig({ text, devices, clocks: clockChips })
  const world = simulatedWorld()
  const opened: string[] = []
  const buses = Object.assign(Object.create(world.buses) as typeof world.buses, {
    open: async (name: string) => {
      opened.push(name)
      return await world.buses.open(name)
    }
  })
  const node = await start(home, { config, world: { ...world, buses }, shortLived: true })
  t.match(await node.operations.status(), { name: 'hall', home, sensors: [] })
  await node.stop()
  t.same(opened, [])
})
