import { cpSync, rmSync } from 'node:fs'
import t from 'tap'
import { comparePositions, type Run } from '../../src/reading/run.ts'
import { keptLog } from '../support/history.ts'
import { formatPosition } from '../support/readings.ts'
import { type HouseNode, houseFor } from '../support/scenario/house.ts'

/** Every position that a node used or heard of a series, with what was at it. */
function outcomes(node: HouseNode, series: string, into = new Map<string, Set<unknown>>()) {
  for (const reading of node.received.filter((one) => one.series === series)) {
    const at = formatPosition(reading.position)
    into.set(at, (into.get(at) ?? new Set()).add(reading.value ?? reading.fault?.code))
  }
  return into
}

const runOf = (node: HouseNode): Run => node.running.assembled.sensing.author().run

t.test('two nodes with one key are distinguished, and the log of both says so', async (t) => {
  const house = houseFor(t)
  const log = keptLog()
  const one = await house.start('one', { gauges: ['air'], log })
  const twin = await house.start('twin', { gauges: ['air'], identity: one.identity, log })
  const near = await house.start('near')
  const far = await house.start('far')
  t.equal(runOf(one).epoch, runOf(twin).epoch, 'both began in one second')
  twin.gauge('air').next = 1000
  await house.link(one, near)
  await house.link(twin, far)
  await house.until(() => near.received.length > 0 && far.received.length > 0)
  await house.link(near, far)
  const series = one.series('air')
  const valuesAt = (node: HouseNode): number[] =>
    node.received.filter((reading) => reading.series === series).map(({ value }) => Number(value))
  for (const node of [near, far]) {
    await house.until(() => valuesAt(node).some((value) => value < 1000))
    await house.until(() => valuesAt(node).some((value) => value >= 1000))
    for (const [at, values] of outcomes(node, series)) t.equal(values.size, 1, `one outcome at ${at}`)
  }
  await house.until(() => log.lines.some(({ message }) => /our own key/.test(message)))
  await house.until(() => runOf(one).epoch !== runOf(twin).epoch)
  t.pass('they part by their epochs')
  t.ok(near.isConnectedTo(one) && far.isConnectedTo(twin), 'neither is hung up on')
})

t.test(
  'a home restored from an old backup, its clock unknown, goes above what its neighbours heard',
  async (t) => {
    const house = houseFor(t)
    const hall = await house.start('hall', { gauges: ['air'], home: true, timeQuality: 2 })
    const witness = await house.start('witness')
    await house.link(hall, witness)
    await house.until(() => witness.received.length >= 3)
    const home = hall.home ?? ''
    const backup = `${home}.backup`
    await house.stop(hall)
    cpSync(home, backup, { recursive: true })
    for (let life = 0; life < 5; life++) {
      await house.run(hall)
      await house.link(hall, witness)
      const heard = witness.received.length
      await house.until(() => witness.received.length >= heard + 2)
      await house.stop(hall)
    }
    const series = hall.series('air')
    const newest = witness.received
      .map(({ position }) => position)
      .toSorted(comparePositions)
      .at(-1)
    t.equal(newest?.epoch, 6)

    rmSync(home, { recursive: true })
    cpSync(backup, home, { recursive: true })
    await house.run(hall)
    t.ok(runOf(hall).epoch < 6, 'it knows nothing of its later lives')
    await house.link(hall, witness)
    await house.until(() => runOf(hall).epoch > 6)
    await house.until(() => witness.received.filter(({ position }) => position.epoch > 6).length >= 3)
    const used = outcomes(witness, series, outcomes(hall, series))
    for (const [at, values] of used) t.equal(values.size, 1, `one outcome at ${at}`)
    t.equal(witness.running.assembled.storage.hub.position(series)?.epoch, runOf(hall).epoch)
  }
)
