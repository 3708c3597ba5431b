import t from 'tap'
import { problemLine } from '../../src/config/config-error.ts'
import { loadConfig, parseConfig } from '../../src/config/load.ts'
import { configDevices } from '../support/config-devices.ts'

const SWITCH = 'switches: [{ name: heater, line: GPIO17 }]\n'

function problems(access: string): string {
  try {
    parseConfig(`${SWITCH}access:\n${access}`, [], '/etc/kith/kith.yaml')
  } catch (error) {
    return String((error as Error).message)
  }
  return ''
}

t.test('a grant knows its line', async (t) => {
  const { access } = parseConfig(
    `${SWITCH}access:\n  - who: anna\n    may: [operate]\n    on: [heater]\n  - { who: near, may: [read] }\n`,
    [],
    '/etc/kith/kith.yaml'
  )
  t.strictSame(access, [
    { who: 'anna', may: ['operate'], on: ['heater'], by: 'kith.yaml:3' },
    { who: 'near', may: ['read'], by: 'kith.yaml:6' }
  ])
  t.strictSame(parseConfig('name: hall', []).access, [])
})

t.test('what could not be meant is refused with line and cure', async (t) => {
  for (const [access, message] of [
    ['  - { who: anna, may: [opperate] }', /kith\.yaml:3:.*did you mean operate\?/s],
    ['  - { who: near, may: [read, operate] }', /kith\.yaml:3:.*operate is for nobody in particular/s],
    ['  - { who: anyone, may: [own] }', /own is for nobody in particular.*anyone may be granted read only/s],
    ['  - { who: anna, may: [operate], on: [heatre] }', /kith\.yaml:3:.*did you mean heater\?/s],
    ['  - { who: anna, may: [read], on: [heatre/switch] }', /did you mean heater\/switch\?/],
    ['  - { who: anna, may: [read], on: [quite-another] }', /it has heater/],
    ['  - { who: anna, may: [configure], on: [heater] }', /configure is of the node as a whole/],
    ['  - { who: anna, may: [] }', /names nothing/],
    ['  - { who: anna }', /access\[0\].may: is missing/],
    ['  - { may: [read] }', /who/],
    ['  - { who: Anna Smith, may: [read] }', /is not a name, a purpose or a PeerId/],
    ['  - { who: anna, may: [read], on: [/doc/notes] }', /is no switch, sensor or series/]
  ] as const)
    t.match(problems(access), message, access)
  t.equal(problems('  - { who: anna, may: [read], on: [/doc/notes/v1, heater/switch] }'), '')
})

t.test('what gives nothing is a warning with its line, and is taken', async (t) => {
  const warningsOf = (grant: string): string[] => {
    const text = `${SWITCH}sensors:
  - { type: bme280, name: air }
  - { type: bme280, name: door, address: 0x77, private: true }
access:
  - ${grant}
`
    const { warnings, config } = loadConfig({ text, devices: configDevices, file: 'kith.yaml' })
    t.equal(config.access.length, 1)
    return warnings.map((warning) => `${problemLine(warning)}. ${warning.hint}`)
  }
  for (const [grant, warning] of [
    [
      '{ who: anna, may: [operate], on: [heater, air] }',
      /kith\.yaml:6:\d+ +access\[0\].on\[1\]: .*air is a sensor/
    ],
    ['{ who: anna, may: [operate], on: [heater/switch] }', /write heater in place of heater\/switch/],
    ['{ who: anna, may: [operate], on: [/doc/notes/v1] }', /read lets it open a protocol/],
    [
      '{ who: anna, may: [read], on: [air/voltage] }',
      /air does not measure voltage.* it measures temperature, humidity, pressure/
    ],
    ['{ who: anna, may: [read], on: [heater/temperature] }', /it measures switch/],
    ['{ who: anyone, may: [read], on: [door/temperature] }', /door is private.* anyone never reads it/]
  ] as const) {
    const found = warningsOf(grant)
    t.equal(found.length, 1, grant)
    t.match(found[0], warning, grant)
  }
  t.strictSame(
    warningsOf('{ who: anna, may: [read, operate], on: [heater, air, air/temperature, door] }'),
    []
  )
  t.strictSame(warningsOf('{ who: near, may: [read], on: [air, heater/switch, /doc/notes/v1] }'), [])
})
