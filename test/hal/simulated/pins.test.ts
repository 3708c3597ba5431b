import t from 'tap'
import type { Edge, InputOptions } from '../../../src/hal/gpio.ts'
import { SimulatedPins } from '../../../src/hal/simulated/pins.ts'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'

async function watched(options: InputOptions): Promise<{
  clock: VirtualClock
  pins: SimulatedPins
  edges: Edge[]
  cancel: () => void
}> {
  const clock = new VirtualClock()
  const pins = new SimulatedPins(clock)
  const edges: Edge[] = []
  const line = await pins.input('GPIO17', options)
  const cancel = line.watch(
    (edge) => edges.push(edge),
    () => {}
  )
  return { clock, pins, edges, cancel }
}

t.test('edges are reported with time and number', async (t) => {
  const { clock, pins, edges, cancel } = await watched({})
  pins.drive('GPIO17', 1)
  await clock.advance(3)
  pins.drive('GPIO17', 1)
  pins.drive('GPIO17', 0)
  t.same(edges, [
    { level: 1, at: 0, sequence: 1 },
    { level: 0, at: 3, sequence: 2 }
  ])
  cancel()
  pins.drive('GPIO17', 1)
  t.equal(edges.length, 2)
})

t.test('only the edges asked for', async (t) => {
  for (const [edge, expected] of [
    ['rising', [1, 1]],
    ['falling', [0]],
    ['both', [1, 0, 1]]
  ] as const) {
    const { pins, edges } = await watched({ edge })
    for (const level of [1, 0, 1] as const) pins.drive('GPIO17', level)
    t.same(
      edges.map(({ level }) => level),
      expected
    )
  }
})

t.test('only edges that are reported are numbered, lost ones too', async (t) => {
  const { pins, edges } = await watched({ edge: 'falling' })
  for (const level of [1, 0, 1, 0] as const) pins.drive('GPIO17', level)
  pins.drive('GPIO17', 1)
  pins.driveUnseen('GPIO17', 0)
  pins.drive('GPIO17', 1)
  pins.drive('GPIO17', 0)
  t.same(
    edges.map(({ sequence }) => sequence),
    [1, 2, 4]
  )
})

t.test('faults of a line are reported as by the kernel', async (t) => {
  const pins = new SimulatedPins(new VirtualClock())
  for (const [fault, code] of [
    ['missing', 'no-such-line'],
    ['busy', 'busy'],
    ['not-permitted', 'not-permitted'],
    ['gone', 'no-such-line']
  ] as const) {
    pins.fail('GPIO5', fault)
    await t.rejects(pins.input('GPIO5'), { code, message: /GPIO5/ })
    await t.rejects(pins.output('GPIO5', 0), { code })
  }
  pins.fail('GPIO5', undefined)
  const line = await pins.input('GPIO5')
  const errors: Error[] = []
  line.watch(
    () => {},
    (error) => errors.push(error)
  )
  pins.fail('GPIO5', 'gone')
  t.match(errors, [{ code: 'no-such-line' }])
  await t.rejects(line.read(), { code: 'no-such-line' })
})

t.test('outputs are driven by us, inputs rest at their pull', async (t) => {
  const pins = new SimulatedPins(new VirtualClock())
  const output = await pins.output('GPIO4', 1)
  t.equal(pins.level('GPIO4'), 1)
  await output.write(0)
  t.equal(await output.read(), 0)
  const input = await pins.input('GPIO5', { bias: 'pull-up' })
  t.equal(await input.read(), 1)
  pins.drive('GPIO5', 0)
  t.equal(await input.read(), 0)
})

t.test('a line belongs to one', async (t) => {
  const pins = new SimulatedPins(new VirtualClock())
  const line = await pins.input('GPIO5')
  await t.rejects(pins.output('GPIO5', 0), { code: 'busy', message: 'line GPIO5 is in use' })
  await line.close()
  await (await pins.output('GPIO5', 0)).close()
  await pins.input('GPIO5')
  await pins.close()
  t.ok(await pins.input('GPIO5'))
})
