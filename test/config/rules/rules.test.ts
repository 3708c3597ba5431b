import { readFileSync } from 'node:fs'
import t from 'tap'
import { devices } from '../../../devices/index.ts'
import { problemLine } from '../../../src/config/config-error.ts'
import { loadConfig } from '../../../src/config/load.ts'
import type { RuleConfig } from '../../../src/config/rules/rules.ts'

const BASE = `sensors: [{ type: tmp102, name: air, bus: i2c-1, address: 0x48 }]
switches: [{ name: heater, line: GPIO17 }]
`

function rulesOf(yaml: string): readonly RuleConfig[] {
  return loadConfig({ text: `${BASE}rules:\n${yaml}`, file: 'kith.yaml', devices }).config.rules
}

/** The lines of the errors. */
function wrong(yaml: string): string {
  try {
    rulesOf(yaml)
    return 'taken'
  } catch (error) {
    const { problems = [] } = error as { problems?: Parameters<typeof problemLine>[0][] }
    return problems.map((one) => `${problemLine(one)} ${one.hint ?? ''}`).join('\n')
  }
}

t.test('every form', async (t) => {
  const rules = rulesOf(`
  - name: frost
    when: { series: air/temperature, below: 5, clear: 6, for: 2min }
    then:
      - { switch: heater, to: on, for: 10min }
      - log: it is cold
    repeat: 5min
  - { name: dead, when: { series: hall/adc/voltage.a0, is: stale }, then: [{ send: desk, protocol: /note/text/v1, text: "the adc is gone" }] }
  - { name: morning, when: { time: "06:30", days: [mon, fri] }, then: [{ switch: hall/lamp, to: off }], interval: 1h }
`)
  t.same(rules, [
    {
      name: 'frost',
      when: { series: 'air/temperature', below: 5, clear: 6, for: 120_000 },
      // biome-ignore lint/suspicious/noThenProperty: the word of kith.yaml.
      then: [{ switch: 'heater', to: 'on', for: 600_000 }, { log: 'it is cold' }],
      interval: 60_000,
      repeat: 300_000
    },
    {
      name: 'dead',
      when: { series: 'hall/adc/voltage.a0', is: 'stale', for: 0 },
      // biome-ignore lint/suspicious/noThenProperty: the word of kith.yaml.
      then: [{ send: 'desk', protocol: '/note/text/v1', text: 'the adc is gone' }],
      interval: 60_000
    },
    {
      name: 'morning',
      when: { time: '06:30', days: ['mon', 'fri'] },
      // biome-ignore lint/suspicious/noThenProperty: the word of kith.yaml.
      then: [{ switch: 'hall/lamp', to: 'off' }],
      interval: 3_600_000
    }
  ])
})

t.test('what is wrong is named with line and cure', async (t) => {
  const log = 'then: [{ log: x }]'
  for (const [yaml, pattern] of [
    [
      `  - { name: a, when: { series: ari/temperature, above: 1 }, ${log} }`,
      /kith\.yaml:4.*no sensor ari.*did you mean air\/temperature/
    ],
    [
      '  - { name: a, when: { series: air/temperature, above: 1 }, then: [{ switch: heatr, to: on }] }',
      /no switch heatr.*did you mean heater/
    ],
    [`  - { name: a, when: { series: air/temperature }, ${log} }`, /needs above or below/],
    [
      `  - { name: a, when: { series: air/temperature, above: 1, below: 0 }, ${log} }`,
      /needs above or below, one of them/
    ],
    [
      `  - { name: a, when: { series: air/temperature, above: 1, clear: 2 }, ${log} }`,
      /2 would be over before it begins/
    ],
    [
      `  - { name: a, when: { series: air/temperature, below: 1, clear: 0 }, ${log} }`,
      /0 would be over before it begins/
    ],
    [`  - { name: a, when: { series: air, above: 1 }, ${log} }`, /is not a series as in/],
    [`  - { name: a, when: { series: air/temperature, is: gone }, ${log} }`, /is/],
    [`  - { name: a, when: { time: "25:00" }, ${log} }`, /is not a time of day/],
    [`  - { name: a, when: { time: "06:30", days: [monday] }, ${log} }`, /mon/],
    ['  - { name: a, when: { time: "06:30" }, then: [] }', /names nothing to do/],
    [
      '  - { name: a, when: { time: "06:30" }, then: [{ send: desk, protocol: note, text: x }] }',
      /is not a ProtocolName/
    ],
    ['  - { name: a, when: { time: "06:30" }, then: [{ run: "rm -rf /" }] }', /run/],
    [`  - { name: a, when: { time: "06:30" }, ${log}, repeat: 30s }`, /is less than interval/],
    [
      `  - { name: a, when: { time: "06:30" }, ${log} }\n  - { name: a, when: { time: "06:31" }, ${log} }`,
      /the name a appears twice/
    ]
  ] as const)
    t.match(wrong(yaml), pattern, yaml)
})

t.test('the example of docs/access.md is taken', async (t) => {
  const page = readFileSync(new URL('../../../docs/access.md', import.meta.url), 'utf8')
  const [, example = ''] = /```yaml\nrules:\n([\s\S]*?)```/.exec(page) ?? []
  t.same(
    rulesOf(example).map(({ name }) => name),
    ['frost', 'gone', 'morning']
  )
})
