import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { parseConfig } from '../../../src/config/load.ts'
import { loadScenario, parseScenario } from '../../../src/config/scenario/load.ts'
import type { ambientQuantities, chipFaults } from '../../../src/config/scenario/parts.ts'
import { readTrace } from '../../../src/config/scenario/trace-file.ts'
import type { AmbientQuantity } from '../../../src/hal/simulated/ambient.ts'
import type { ChipFault } from '../../../src/hal/simulated/faults.ts'
import { configDevices } from '../../support/config-devices.ts'

const { sensors } = parseConfig(
  'sensors: [{type: bme280, name: air}, {type: scd4x, name: breath}, {type: contact, name: door, line: GPIO17}]',
  configDevices
)
const folder = mkdtempSync(join(tmpdir(), 'kith-scenario-'))
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}
const parse = (text: string) => parseScenario(text, join(folder, 's.yaml'), sensors)

function messageOf(text: string): string {
  try {
    parse(text)
  } catch (error) {
    return error instanceof Error ? error.message.replaceAll(`${folder}/`, '') : String(error)
  }
  return 'accepted'
}

t.test('every event becomes what it does', async (t) => {
  file('trace.csv', 'time,value\n0,1\n60,2\n')
  const { about, day, chips, events } = parse(`
about: All there is.
day: { temperature: { mean: 8, peakHour: 14 } }
chips:
  - { chip: air, noise: { humidity: 1 }, drift: { pressure: -20 }, selfHeating: 0.01 }
events:
  - { after: 5min, hold: { temperature: 21, co2: 800e-6 } }
  - { at: "10:03", ramp: { temperature: 14 }, over: 10min }
  - { at: 10:03:30, every: 1h, shift: { pressure: -2500 }, about: a front }
  - { after: 0ms, release: [temperature] }
  - { after: 0ms, replay: trace.csv, quantity: humidity }
  - { after: 0ms, unplug: air }
  - { after: 0ms, plug: 0x48 on i2c-3 }
  - { after: 0ms, fault: bad-crc, chip: breath }
  - { after: 0ms, clear: breath }
  - { after: 0ms, brownout: air }
  - { after: 0ms, hang: i2c-1 }
  - { after: 0ms, unhang: i2c-1 }
  - { after: 0ms, line: door, level: 1 }
  - { after: 0ms, line: GPIO4, level: 0 }
`)
  const air = { bus: 'i2c-1', address: 0x76 }
  const breath = { bus: 'i2c-1', address: 0x62 }
  t.equal(about, 'All there is.')
  t.same(day, { temperature: { mean: 8, peakHour: 14 } })
  t.same(chips, [
    { ...air, imperfection: { noise: { humidity: 1 }, drift: { pressure: -20 }, selfHeating: 0.01 } }
  ])
  t.same(
    events.map(({ action }) => action),
    [
      { kind: 'ramp', to: { temperature: 21, co2: 800e-6 }, over: 0 },
      { kind: 'ramp', to: { temperature: 14 }, over: 600_000 },
      { kind: 'shift', by: { pressure: -2500 }, over: 0 },
      { kind: 'release', quantities: ['temperature'] },
      {
        kind: 'replay',
        quantity: 'humidity',
        points: [
          [0, 1],
          [60_000, 2]
        ]
      },
      { kind: 'fault', chip: air, fault: 'unplugged' },
      { kind: 'clear', chip: { bus: 'i2c-3', address: 0x48 } },
      { kind: 'fault', chip: breath, fault: 'bad-crc' },
      { kind: 'clear', chip: breath },
      { kind: 'brownout', chip: air },
      { kind: 'hang', bus: 'i2c-1' },
      { kind: 'unhang', bus: 'i2c-1' },
      { kind: 'drive', line: 'GPIO17', level: 1 },
      { kind: 'drive', line: 'GPIO4', level: 0 }
    ]
  )
  t.match(events.slice(0, 6), [
    { when: { after: 300_000 }, about: 'hold {"temperature":21,"co2":0.0008}' },
    { when: { at: 36_180_000 } },
    { when: { at: 36_210_000 }, every: 3_600_000, about: 'a front' },
    { about: 'release [temperature]' },
    { about: 'replay trace.csv' },
    { about: 'unplug air' }
  ])
  t.same(parse(''), { about: '', day: {}, chips: [], events: [] })
})

t.test('what is wrong is reported with its place', async (t) => {
  for (const [text, expected] of [
    ['- a', 's.yaml:1:1  is not a map of options\n'],
    ['events: [', 's.yaml:1:'],
    ['evnts: []', 's.yaml:1:1  evnts: is not an option\n.*did you mean events?'],
    ['events:\n  - unplug: air', 's.yaml:2:5  events\\[0\\]: needs one of after and at\n.*after: 5min'],
    ['events:\n  - {after: 1s, at: "10:00", unplug: air}', 'needs one of after and at'],
    [
      'events:\n  - {after: 1s, unplug: ait}',
      's.yaml:2:25  .*unplug: "ait" is neither .*\n.*did you mean air?'
    ],
    ['events:\n  - {after: 1s, unplug: door}', 'unplug: "door" is neither .*\n.*there is air, breath'],
    [
      'events:\n  - {after: 1s, unplug: air, plug: air}',
      'events\\[0\\]: a map is not an event\n.*one of hold, ramp'
    ],
    ['events:\n  - {after: 1s}', 'a map is not an event'],
    ['events: [unplug]', '"unplug" is not an event'],
    ['events:\n  - {after: 5, unplug: air}', 'events\\[0\\].after: 5 has no unit\n.*did you mean 5min?'],
    ['events:\n  - {at: "25:00", unplug: air}', 'at: "25:00" is not a time of day'],
    ['events:\n  - {after: 1s, every: 1ms, unplug: air}', 'every: 1ms is below the minimum 1s'],
    [
      'events:\n  - {after: 1s, hold: {temprature: 3}}',
      'hold.temprature: is not an option\n.*did you mean temperature?'
    ],
    ['events:\n  - {after: 1s, hold: {humidity: wet}}', 'hold.humidity: "wet" is not a number'],
    [
      'events:\n  - {after: 1s, fault: broken, chip: air}',
      'fault: "broken" is not one of no-acknowledge-address'
    ],
    ['events:\n  - {after: 1s, fault: garbage}', 'events\\[0\\].chip: is missing'],
    ['events:\n  - {after: 1s, line: door, level: 2}', 'level: 2 is not one of 0, 1'],
    ['events:\n  - {after: 1s, replay: none.csv, quantity: co2}', 'replay: none.csv is not there'],
    ['chips: [{chip: air, noise: {co2: -1}}]', 'chips\\[0\\].noise.co2: -1 is below the minimum 0'],
    ['day: {co2: {mean: 1, men: 2}}', 'day.co2.men: is not an option']
  ] as const)
    t.match(messageOf(text), new RegExp(expected), text)
  t.throws(() => loadScenario(join(folder, 'absent.yaml'), sensors), {
    code: 'bad-config',
    message: /absent\.yaml does not exist$/,
    hint: /^examples\/scenarios/
  })
})

t.test('recordings', async (t) => {
  const read = (text: string) => readTrace(file('r.csv', text))
  t.same(read('time,value\n10,1\n10.5,-2e1\r\n\n12,3'), [
    [0, 1],
    [500, -20],
    [2000, 3]
  ])
  t.same(
    read(
      'time,peer,series,value,unit,fault\n2026-01-01T00:00:00Z,p,s,1,Cel,\n2026-01-01T00:00:01Z,p,s,,,stuck\n2026-01-01T00:01:00Z,p,s,2,Cel,'
    ),
    [
      [0, 1],
      [60_000, 2]
    ],
    'as kith history --csv writes it, without the faults'
  )
  for (const [text, expected] of [
    ['', /no columns time and value/],
    ['time,valu\n1,2', /no columns/],
    ['time,value\n', /has no values/],
    ['time,value\n1,2\nsoon,3', /no time and value in line 3/],
    ['time,value\n1,warm', /no time and value in line 2/],
    ['time,value\n2,2\n1,2', /goes back in time in line 3/]
  ] as const)
    t.throws(() => read(text), { message: expected })
  t.throws(() => readTrace(folder), { message: 'is not there' })
})

t.test('no quantity and no fault is left out', async (t) => {
  const quantities: Exclude<AmbientQuantity, (typeof ambientQuantities)[number]>[] = []
  const faults: Exclude<ChipFault, (typeof chipFaults)[number]>[] = []
  const none: never[] = [...quantities, ...faults]
  t.same(none, [])
})
