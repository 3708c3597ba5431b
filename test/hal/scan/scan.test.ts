import t from 'tap'
import { clockChips, devices } from '../../../devices/index.ts'
import { chipModels, fileModels } from '../../../devices/models.ts'
import { withMuxChannels } from '../../../src/hal/bus/muxed-buses.ts'
import type { Finding } from '../../../src/hal/scan/finding.ts'
import { type ScanInit, scan } from '../../../src/hal/scan/scan.ts'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { type SimulatedWorldOptions, simulatedWorld } from '../../../src/hal/simulated/world.ts'
import { filledChip } from '../../support/hardware/scan-bench.ts'

function bench(options: SimulatedWorldOptions = {}) {
  const clock = new VirtualClock()
  const world = simulatedWorld({ clock, models: chipModels, ...options })
  const scanned = async (more: Partial<ScanInit> = {}): Promise<Finding[]> =>
    await clock.run(
      scan({
        world,
        devices,
        clocks: clockChips,
        buses: ['i2c-1'],
        muxChannels: [],
        names: [],
        configured: [],
        signal: new AbortController().signal,
        ...more
      })
    )
  return { clock, world, scanned }
}

t.test('chips, each where it is', async (t) => {
  const { scanned } = bench({
    chips: [
      { bus: 'i2c-1', type: 'bme280', address: 0x77 },
      { bus: 'i2c-1', type: 'lm75', address: 0x4a },
      { bus: 'i2c-1', type: 'ds1307', address: 0x68 },
      { bus: 'i2c-1', type: 'bme280', address: 0x76 }
    ]
  })
  t.match(await scanned({ names: ['lm75'] }), [
    { kind: 'maybe', place: '0x4a on i2c-1', type: 'lm75', proposal: { as: 'sensor', name: 'lm75-2' } },
    {
      kind: 'maybe',
      place: '0x68 on i2c-1',
      type: 'ds1307',
      proposal: { as: 'rtc', bus: 'i2c-1', address: 0x68 }
    },
    { kind: 'sure', place: '0x76 on i2c-1', proposal: { name: 'bme280', bus: 'i2c-1', address: 0x76 } },
    { kind: 'sure', place: '0x77 on i2c-1', proposal: { name: 'bme280-2', bus: 'i2c-1', address: 0x77 } }
  ])
})

t.test('a case that is ambiguous is reported with the way to distinguish', async (t) => {
  const { scanned } = bench({ chips: [{ bus: 'i2c-1', type: 'tmp105', address: 0x4c }] })
  const [finding] = await scanned()
  t.match(finding, { kind: 'maybe', reason: /if its board says LM75; or lm75b, tmp105, tmp75$/ })
  t.same(
    finding?.others?.map(({ type, tell }) => [type, tell]),
    [
      ['lm75b', 'its board says LM75B'],
      ['tmp105', 'its board says TMP105'],
      ['tmp75', 'its board says TMP75']
    ]
  )
})

t.test('what is unknown', async (t) => {
  const { world, scanned } = bench()
  world.attach('i2c-1', 0x29, filledChip(7))
  world.attach('i2c-1', 0x70, filledChip(7))
  world.attach('i2c-1', 0x76, filledChip(0, { 208: 0x55 }))
  t.match(await scanned(), [
    { kind: 'unknown', place: '0x29 on i2c-1', reason: 'something that kith has no driver for' },
    {
      kind: 'unknown',
      place: '0x70 on i2c-1',
      reason: /tca9548a multiplexer: name its channels under buses/
    },
    { kind: 'unknown', place: '0x76 on i2c-1', reason: /^a bmp180; / }
  ])
})

t.test('an address that the kernel owns points to its files', async (t) => {
  const { world, scanned } = bench({ fileModels })
  world.attach('i2c-1', 0x44, filledChip(7))
  world.faults.own('i2c-1', 0x4f)
  world.faults.own('i2c-1', 0x77)
  world.faults.own('i2c-1', 0x68)
  world.files.set('/sys/bus/i2c/devices/1-0068/name', 'ds1307\n')
  const findings = await scanned()
  t.match(
    findings.filter(({ kind }) => kind === 'kernel'),
    [
      { place: '0x4f on i2c-1', type: 'lm75', reason: /measure it as hwmon, below/ },
      { place: '0x68 on i2c-1', type: 'ds1307', reason: /shows nothing to be measured/ },
      { place: '0x77 on i2c-1', type: 'bmp280', reason: /measure it as iio, below/ }
    ]
  )
  t.match(
    findings.filter(({ kind }) => kind === 'file').map(({ type }) => type),
    ['hwmon', 'hwmon', 'iio', 'iio', 'iio', 'system', 'thermal', 'w1']
  )
})

t.test('a bus that hangs, and one that is not there', async (t) => {
  const { clock, world, scanned } = bench({ chips: [{ bus: 'i2c-1', type: 'bme280', address: 0x76 }] })
  world.faults.hang('i2c-1')
  const started = clock.monotonic()
  t.match(await scanned({ buses: ['i2c-1', 'i2c-9'] }), [
    { kind: 'failed', place: 'i2c-1', reason: /0x08 on i2c-1/ },
    { kind: 'failed', place: 'i2c-9', reason: /i2c-9 is not simulated/ }
  ])
  t.ok(clock.monotonic() - started < 5000, 'it is not asked again and again')
})

t.test('chips behind a multiplexer are found there, and those of its bus not again', async (t) => {
  const muxChannels = [{ name: 'attic', bus: 'i2c-1', address: 0x70, channel: 3 }]
  const { world, scanned } = bench({
    muxChannels,
    chips: [
      { bus: 'i2c-1', type: 'bme280', address: 0x76 },
      { bus: 'attic', type: 'sht4x', address: 0x44 }
    ]
  })
  const findings = await scanned({
    world: withMuxChannels(world, muxChannels),
    buses: ['i2c-1', 'attic'],
    muxChannels
  })
  t.match(findings, [
    { place: '0x70 on i2c-1', kind: 'sure', type: 'tca9548a', configured: 'attic' },
    { place: '0x76 on i2c-1', type: 'bme280' },
    { place: '0x44 on attic', type: 'sht4x', proposal: { bus: 'attic' } }
  ])
})

t.test('a channel alone: chips of the buses above it are not taken for its own', async (t) => {
  const muxChannels = [
    { name: 'attic', bus: 'i2c-1', address: 0x70, channel: 3 },
    { name: 'roof', bus: 'attic', address: 0x71, channel: 0 },
    { name: 'cellar', bus: 'i2c-1', address: 0x70, channel: 0 }
  ]
  const { world, scanned } = bench({
    muxChannels,
    chips: [
      { bus: 'i2c-1', type: 'bme280', address: 0x76 },
      { bus: 'i2c-1', type: 'tmp102', address: 0x48 },
      { bus: 'attic', type: 'sht4x', address: 0x44 },
      { bus: 'roof', type: 'bh1750', address: 0x23 }
    ]
  })
  const scanOf = async (...buses: string[]): Promise<[string, string][]> => {
    const findings = await scanned({ world: withMuxChannels(world, muxChannels), buses, muxChannels })
    return findings.filter(({ kind }) => kind !== 'file').map(({ place, type = '' }) => [place, type])
  }
  t.same(await scanOf('attic'), [
    ['0x44 on attic', 'sht4x'],
    ['0x71 on attic', 'tca9548a']
  ])
  t.same(await scanOf('roof'), [['0x23 on roof', 'bh1750']])
  t.same(await scanOf('cellar'), [], 'nothing is behind it')
})

t.test('configured chips: what fits, what is another, what does not answer', async (t) => {
  const { world, scanned } = bench({
    fileModels,
    chips: [
      { bus: 'i2c-1', type: 'tmp105', address: 0x48 },
      { bus: 'i2c-1', type: 'bme280', address: 0x76 },
      { bus: 'i2c-1', type: 'bmp280', address: 0x77 }
    ]
  })
  world.attach('i2c-1', 0x29, filledChip(7))
  world.attach('i2c-1', 0x44, filledChip(7))
  world.faults.own('i2c-1', 0x4f)
  const chip = (name: string, type: string, address: number) => ({ name, type, bus: 'i2c-1', address })
  const findings = await scanned({
    configured: [
      chip('air', 'tmp105', 0x48),
      chip('wall', 'lm75', 0x4f),
      chip('climate', 'sht4x', 0x44),
      chip('light', 'bh1750', 0x23),
      chip('weather', 'bme280', 0x77)
    ]
  })
  const found = findings.filter(({ kind }) => kind !== 'file')
  t.match(
    found.map(({ place, kind, type, configured, conflict }) => [place, kind, type, configured, conflict]),
    [
      ['0x23 on i2c-1', 'absent', 'bh1750', 'light', /does not acknowledge/],
      ['0x29 on i2c-1', 'unknown', undefined, undefined, undefined],
      ['0x44 on i2c-1', 'unknown', undefined, 'climate', /does not answer as a sht4x, but as something/],
      ['0x48 on i2c-1', 'maybe', 'tmp105', 'air', undefined],
      ['0x4f on i2c-1', 'kernel', 'lm75', 'wall', /belongs to a driver of the kernel; measure it as hwmon/],
      ['0x76 on i2c-1', 'sure', 'bme280', undefined, undefined],
      ['0x77 on i2c-1', 'sure', 'bmp280', 'weather', 'it is a bmp280, not a bme280']
    ]
  )
  t.notOk(found.some(({ configured, proposal }) => configured !== undefined && proposal !== undefined))
})

t.test('a configured multiplexer that does not answer, and one of the kernel', async (t) => {
  const muxChannels = [
    { name: 'attic', bus: 'i2c-1', address: 0x70, channel: 3 },
    { name: 'cellar', bus: 'i2c-1', address: 0x70, channel: 0 },
    { name: 'shed', bus: 'i2c-1', address: 0x71, channel: 0 }
  ]
  const { world, scanned } = bench({ chips: [{ bus: 'i2c-1', type: 'bme280', address: 0x76 }] })
  world.faults.own('i2c-1', 0x71)
  t.match(await scanned({ muxChannels }), [
    { kind: 'absent', place: '0x70 on i2c-1', type: 'tca9548a', configured: 'attic, cellar' },
    { kind: 'kernel', place: '0x71 on i2c-1', configured: 'shed', conflict: /belongs to a driver/ },
    { kind: 'sure', place: '0x76 on i2c-1' }
  ])
})

t.test('what the kernel does not report is reported as that', async (t) => {
  const { world, scanned } = bench({ fileModels })
  world.files.fail('/sys/class/thermal/thermal_zone0/type', 'EIO')
  t.match(
    (await scanned({ buses: [] })).filter(({ kind }) => kind === 'failed'),
    [{ place: 'thermal', reason: /type gives EIO/ }]
  )
})

t.test('an aborted scan ends', async (t) => {
  const { scanned } = bench({ chips: [{ bus: 'i2c-1', type: 'bme280', address: 0x76 }] })
  await t.rejects(scanned({ signal: AbortSignal.abort(new Error('enough')) }), { message: 'enough' })
})
