import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { Reading } from '../../../src/reading/reading.ts'
import { codeOf, type House, type HouseNode, houseFor } from '../../support/scenario/house.ts'

const CONFIG = `
sensors:
  - { type: contact, name: door, line: GPIO17, interval: 60s }
  - { type: pulse, name: rain, line: GPIO4, interval: 60s, options: { debounce: 10ms } }
switches:
  - { name: pump, line: GPIO27, maxOn: 10min }
`

function lines(node: HouseNode) {
  if (node.world === undefined) throw new Error('it never ran')
  return node.world.lines
}

async function tip(house: House, node: HouseNode, times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    lines(node).drive('GPIO4', 0)
    await house.clock.advance(50)
    lines(node).drive('GPIO4', 1)
    await house.clock.advance(50)
  }
}

t.test('each movement of a door is published with the time of its edge', async (t) => {
  const house = houseFor(t)
  const hall = await house.start('hall', { config: CONFIG })
  const den = await house.start('den')
  await house.link(den, hall)
  const heard = (): Reading[] => den.received.filter(({ series }) => series === `${hall.peer}/door/contact`)
  const cancel = den.running.assembled.listen()
  await house.until(() => heard().length === 1)
  t.match(heard(), [{ value: true }])
  await house.pass(5000)
  const moved = house.clock.now()
  for (const level of [0, 1, 0] as const) {
    lines(hall).drive('GPIO17', level)
    await house.clock.advance(1)
  }
  await house.until(() => heard().length === 2, 10)
  t.match(heard()[1], { value: false, time: moved / 1000, quality: 0 })
  t.ok(house.clock.now() - moved < 3000, 'long before the interval is over')
  cancel()
})

t.test('a total survives a restart, a kill and a damaged file, and never counts twice', async (t) => {
  const house = houseFor(t)
  const hall = await house.start('hall', { config: CONFIG, home: true })
  const memory = join(hall.home ?? '', 'memory.json')
  const total = (): number | undefined => {
    const counts = hall.received.filter(({ series }) => series === `${hall.peer}/rain/count`)
    const value = counts.at(-1)?.value
    return typeof value === 'number' ? value : undefined
  }
  await house.until(() => total() === 0)
  await tip(house, hall, 7)
  await house.restart(hall)
  hall.received.length = 0
  await house.until(() => total() !== undefined)
  t.equal(total(), 7)
  await tip(house, hall, 5)
  await house.clock.advance(60_000)
  await house.until(() => readFileSync(memory, 'utf8').includes('12'))
  const flushed = readFileSync(memory)
  await tip(house, hall, 3)
  await house.until(() => total() === 15)
  await house.stop(hall)
  // What was on the disk at the moment of the kill: the total is older than the history.
  writeFileSync(memory, flushed)
  hall.received.length = 0
  await house.run(hall)
  await house.until(() => total() !== undefined)
  t.equal(total(), 15)
  await house.stop(hall)
  writeFileSync(memory, 'damaged')
  hall.received.length = 0
  await house.run(hall)
  await house.until(() => total() !== undefined)
  t.equal(total(), 15, 'nor does a damaged file cost anything')
})

t.test('a switch is safe whenever the node is not there', async (t) => {
  const house = houseFor(t)
  const hall = await house.start('hall', { config: CONFIG })
  t.equal(lines(hall).level('GPIO27'), 0)
  t.match(await hall.operations.switch({ name: 'pump', to: 'on' }), [{ state: 'on', left: 600 }])
  t.equal(lines(hall).level('GPIO27'), 1)
  t.equal(await codeOf(hall.operations.switch({ name: 'lamp' })), 'no-such')
  const pins = lines(hall)
  await house.stop(hall)
  t.equal(pins.level('GPIO27'), 0)
  const brief = await house.start('brief', { config: CONFIG, shortLived: true })
  t.equal(await codeOf(brief.operations.switch({ name: 'pump', to: 'on' })), 'not-running')
})
