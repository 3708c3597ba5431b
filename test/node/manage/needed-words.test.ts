import t from 'tap'
import { devices } from '../../../devices/index.ts'
import { parseConfig } from '../../../src/config/load.ts'
import type { NodeConfig } from '../../../src/config/schema.ts'
import { neededWords } from '../../../src/node/manage/needed-words.ts'
import { Gauge, gaugeDevice } from '../../support/scenario/gauge.ts'

/** Runs a program: a type that a driver from outside brings. */
const command = { ...gaugeDevice(() => new Gauge()), type: 'command' }
const config = (text: string): NodeConfig => parseConfig(text, [...devices, command])

const AIR = 'sensors:\n  - { type: tmp102, name: air, bus: i2c-1 }\n'
const DOOR = 'sensors:\n  - { type: contact, name: door, line: GPIO17 }\n'
const W1 = 'sensors:\n  - { type: w1, name: cellar, options: { id: 28-0316a2798e2b }, private: true }\n'
const HWMON = '  - { type: hwmon, name: roof, options: { chip: w1_slave_temp } }\n'
const SECRET = AIR.replace(' }', ', private: true }')
const RUN = 'sensors: [{ type: command, name: air }]\n'
const RULE = `${AIR}rules: [{ name: cold, when: { series: air/temperature, below: 5 }, then: [{ log: cold }] }]\n`
const HEATER = 'switches: [{ name: heater, line: GPIO17 }]\n'
const SECRET_HEATER = HEATER.replace(' }', ', private: true }')
const SECRET_DOOR = DOOR.replace(' }', ', private: true }')
const BELL = '  - { type: contact, name: bell, line: GPIO17 }\n'
const bed = (address: string): string =>
  `sensors:\n  - { type: bme280, name: bed, bus: i2c-1, address: ${address}, private: true }\n`
const BED = bed('0x76')
const spy = (address: string, bus = 'i2c-1'): string =>
  `  - { type: bme280, name: spy, bus: ${bus}, address: ${address} }\n`
/** A private chip on the channel `one` and a public one on `two`. */
const muxed = (one: number, two: number): string =>
  `buses: [{ name: one, channel: ${one} }, { name: two, channel: ${two} }]\nsensors:\n` +
  '  - { type: bme280, name: bed, bus: one, private: true }\n  - { type: bme280, name: hall, bus: two }\n'
const anna = 'access: [{ who: anna, may: [read] }]\n'

const TABLE: readonly (readonly [what: string, before: string, after: string, needs: readonly string[]])[] = [
  ['nothing', AIR, `# a comment\n${AIR}`, []],
  ['a sensor', '', AIR, []],
  ['the interval of a sensor', AIR, AIR.replace(' }', ', interval: 1min }'), []],
  ['log and history', '', 'log: { level: debug, format: json }\nhistory: { age: 7d }\n', []],
  ['what the log leaves out', '', 'log: { level: silent }\n', ['log.level own']],
  [
    'how many of its lines are kept, to fewer',
    '',
    'limits: { manage: { lines: 1 } }\n',
    ['limits.manage.lines own']
  ],
  [
    'how long they are, to shorter',
    '',
    'limits: { manage: { lineBytes: 128B } }\n',
    ['limits.manage.lineBytes own']
  ],
  ['how many of its lines are kept, to more', '', 'limits: { manage: { lines: 900 } }\n', []],
  ['a grant', '', anna, ['access own']],
  ['the line of a grant', anna, `\n\n${anna}`, []],
  ['a grant, away', anna, '', ['access own']],
  ['deny', '', 'deny: [shed]\n', ['deny own']],
  ['the owner', '', `owner: 12D3KooWRawPbxPtP1eZaJpumGnyWX2DcUyd3RQnydr3eAto4Az7\n`, ['owner own']],
  [
    'the wireless network',
    '',
    'wifi: { ssid: home, password: longenough }\n',
    ['wifi.ssid own', 'wifi.password own']
  ],
  ['who may log in', '', 'ssh: { keys: [] }\n', []],
  ['a module', '', 'devices: [./chip.ts]\n', ['devices local']],
  ['one of two modules, away', 'devices: [./a.ts, ./b.ts]\n', 'devices: [./a.ts]\n', ['devices own']],
  ['a program', '', RUN, ['sensors.air local']],
  ['a chip that becomes a program', AIR, RUN, ['sensors.air local']],
  ['a program, away', RUN, '', ['sensors.air own']],
  ['a program that becomes a chip', RUN, AIR, ['sensors.air own']],
  ['what is private, for everybody', SECRET, AIR, ['sensors.air own']],
  ['what is private, away', SECRET, '', ['sensors.air own']],
  [
    'what is private, under another name',
    SECRET,
    AIR.replace('air', 'roof'),
    ['sensors.air own', 'sensors.roof own']
  ],
  ['a sensor that becomes private', AIR, SECRET, []],
  ['a public file of the kernel beside a private one', W1, `${W1}${HWMON}`, ['sensors.roof own']],
  ['a public file beside a public one', W1.replace(', private: true', ''), `${W1}${HWMON}`, []],
  ['a private file beside a private one', W1, `${W1}${HWMON.replace('roof', 'roof, private: true')}`, []],
  [
    'only the interval of such a file',
    `${W1}${HWMON}`,
    `${W1}${HWMON.replace('roof', 'roof, interval: 1min')}`,
    []
  ],
  ['a chip of a bus beside a private file', W1, `${W1}  - { type: tmp102, name: air, bus: i2c-1 }\n`, []],
  [
    'the place of a private chip, and a public one there',
    BED,
    `${bed('0x77')}${spy('0x76')}`,
    ['sensors.spy own']
  ],
  ['the place of a private chip alone', BED, bed('0x77'), []],
  ['a public chip at another address', BED, `${BED}${spy('0x77')}`, []],
  [
    'a public one that stays, and the private one beside it',
    `${BED}${spy('0x77')}`,
    `name: a\n${BED}${spy('0x77')}`,
    []
  ],
  ['two channels of a multiplexer', muxed(0, 1), muxed(1, 0), ['sensors.hall own']],
  ['the names of its channels alone', muxed(0, 1), muxed(0, 1).replaceAll('two', 'three'), []],
  [
    'a private chip on a bus: a public one on a channel behind it, which it answers on as well',
    BED,
    `buses: [{ name: two, channel: 1 }]\n${bed('0x77')}${spy('0x76', 'two')}`,
    ['sensors.spy own']
  ],
  [
    'a private line, and a public sensor there',
    SECRET_DOOR,
    `${SECRET_DOOR.replace('17', '27')}${BELL}`,
    ['sensors.bell operate', 'sensors.bell own', 'sensors.door operate']
  ],
  [
    'the same, by the other name of the line',
    SECRET_DOOR,
    `${SECRET_DOOR.replace('17', '27')}${BELL.replace('GPIO17', 'gpiochip0:17')}`,
    ['sensors.bell operate', 'sensors.bell own', 'sensors.door operate']
  ],
  [
    'the line of a private switch, and a public one there',
    SECRET_HEATER,
    `switches: [{ name: heater, line: GPIO27, private: true }, { name: lamp, line: GPIO17 }]\n`,
    ['switches.heater operate', 'switches.lamp operate', 'switches.lamp own']
  ],
  ['a sensor on a line', '', DOOR, ['sensors.door operate']],
  ['its line', DOOR, DOOR.replace('17', '27'), ['sensors.door operate']],
  ['its interval', DOOR, DOOR.replace(' }', ', interval: 1min }'), []],
  ['a switch', '', HEATER, ['switches.heater operate']],
  ['the line of a switch', HEATER, HEATER.replace('17', '27'), ['switches.heater operate']],
  [
    'how long a switch may be on',
    HEATER,
    HEATER.replace(' }', ', maxOn: 2h }'),
    ['switches.heater operate:heater']
  ],
  [
    'a private switch, for everybody',
    HEATER.replace(' }', ', private: true }'),
    HEATER,
    ['switches.heater operate:heater', 'switches.heater own']
  ],
  ['a switch, away', HEATER, '', ['switches.heater operate:heater']],
  ['a rule', AIR, RULE, ['rules.cold operate']],
  ['several', AIR, `${AIR}${anna}${HEATER}name: attic\n`, ['access own', 'switches.heater operate']]
]

for (const [what, before, after, needs] of TABLE)
  t.test(`changes ${what}`, async (t) => {
    const said = neededWords(config(before), config(after)).map(
      ({ path, word, on }) => `${path} ${word}${on.kind === 'node' ? '' : `:${on.name}`}`
    )
    t.same(said.toSorted(), needs.toSorted())
  })

t.test('an option of a later version needs own', async (t) => {
  const before = config('')
  const after: NodeConfig = Object.assign(config(''), { persona: { recognises: 'anna' } })
  t.match(neededWords(before, after), [{ path: 'persona', word: 'own' }])
})
