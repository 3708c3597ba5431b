import { readFileSync } from 'node:fs'
import t from 'tap'
import { clockChips, devices } from '../../devices/index.ts'
import { loadConfig, parseConfig } from '../../src/config/load.ts'
import { parseScenario } from '../../src/config/scenario/load.ts'
import { ambientQuantities, chipFaults } from '../../src/config/scenario/parts.ts'

const page = (name: string): string => readFileSync(new URL(`../../docs/${name}.md`, import.meta.url), 'utf8')
const blocks = (text: string): string[] =>
  [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, block = '']) => block)
const { sensors } = parseConfig('sensors: [{type: bme280, name: air}]', devices)

t.test('buses: the configurations shown are taken', async (t) => {
  const [multiplexer = '', clock = ''] = blocks(page('buses'))
  const { config } = loadConfig({ text: multiplexer, devices })
  t.match(config.buses, [
    { name: 'attic', channel: 3 },
    { name: 'cellar', address: 0x70, channel: 0 }
  ])
  t.match(config.sensors, [{ bus: 'attic' }, { bus: 'cellar' }])
  t.equal(loadConfig({ text: clock, devices, clocks: clockChips }).config.time.rtc.type, 'ds3231')
  const { retryMin, retryMax } = config.limits.sampling
  t.ok(
    page('buses').includes(
      `after ${retryMin / 1000} s, then ${(2 * retryMin) / 1000} s, up to ${retryMax / 1000} s`
    )
  )
})

t.test('scenarios: what is shown is taken, and nothing is left out', async (t) => {
  const text = page('scenarios')
  const [whole = ''] = blocks(text)
  t.equal(parseScenario(whole, 'docs.yaml', sensors).events.length, 4)
  for (const word of [...ambientQuantities, ...chipFaults]) t.ok(text.includes(word), word)
  const refusal = (): unknown => parseScenario('events: [{}]', 'docs.yaml', sensors)
  const kinds = /one of (.*)/.exec(messageOf(refusal))?.[1]?.split(', ') ?? []
  t.ok(kinds.length > 10)
  for (const kind of kinds) t.match(text, new RegExp(`\`${kind}: `), kind)
})

function messageOf(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    return error instanceof Error ? error.message : ''
  }
  return ''
}
