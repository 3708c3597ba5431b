import t from 'tap'
import { parseConfig } from '../../src/config/load.ts'

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
