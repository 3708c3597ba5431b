import t from 'tap'
import { devices } from '../../devices/index.ts'
import { isConfigError } from '../../src/config/config-error.ts'
import { loadConfig } from '../../src/config/load.ts'
import { ownQuantities } from '../../src/config/quantities.ts'
import type { PlainSensorDefinition } from '../../src/hal/sensor.ts'
import {
  type OwnQuantity,
  quantities,
  quantityOf,
  quantityTable,
  showValue
} from '../../src/reading/quantity.ts'

const tension: OwnQuantity = {
  name: 'soil-tension',
  unit: 'Pa',
  kind: 'number',
  protocol: '/sensor/soil-tension/v1',
  shown: { unit: 'kPa', scale: 0.001, decimals: 1 }
}

function sensorOf(quantity: string, changes: Partial<PlainSensorDefinition> = {}): PlainSensorDefinition {
  return {
    type: 'acme',
    title: 'Acme',
    datasheet: { id: 'A', revision: '1' },
    bus: 'none',
    measures: [{ quantity }],
    options: {},
    minimumInterval: 1000,
    open: () => Promise.reject(new Error('not opened')),
    ...changes
  }
}

/** What is wrong with a configuration, `ok` where nothing is. */
function problems(text: string, device = sensorOf('soil-tension'), known: readonly string[] = []): string {
  try {
    loadConfig({ text, devices: [...devices, device], quantities: known })
    return 'ok'
  } catch (error) {
    if (isConfigError(error))
      return error.problems.map(({ path, message, hint }) => `${path}: ${message} ${hint}`).join()
    throw error
  }
}

const sensors = 'sensors: [{ type: acme }]\n'
const own = `quantities:
  - name: soil-tension
    unit: Pa
    protocol: /sensor/soil-tension/v1
    shown: { unit: kPa, scale: 0.001, decimals: 1 }
`

t.test('an unknown quantity is refused at load, with those that are known', async (t) => {
  const said = problems(sensors)
  t.match(said, /^sensors\[0\].type: acme measures "soil-tension", which is not a known quantity/)
  for (const { name } of quantities) t.match(said, name)
  t.match(problems(sensors, sensorOf('temprature')), /did you mean temperature\?/)
})

t.test('it is known once the file, the driver or the application brings it', async (t) => {
  t.equal(problems(own + sensors), 'ok')
  t.equal(problems(sensors, sensorOf('soil-tension', { quantities: [tension] })), 'ok')
  t.equal(problems(sensors, sensorOf('soil-tension'), ['soil-tension']), 'ok')
  const byOptions = sensorOf('', { measures: ({ channel }) => [{ quantity: channel === 'x' ? 'x' : 'y' }] })
  t.match(problems(sensors, byOptions), /acme measures "y"/)
})

t.test('every quantity of a built-in device is known', async (t) => {
  const types = devices.map(({ type, bus }) =>
    bus === 'gpio' ? `{ type: ${type}, line: GPIO4 }` : `{ type: ${type} }`
  )
  for (const type of types) t.notMatch(problems(`sensors: [${type}]\n`), /no known quantity/, type)
})

t.test('what a file says of a quantity', async (t) => {
  const { config } = loadConfig({ text: own, devices })
  t.match(config.quantities, [tension])
  const [bare] = loadConfig({ text: 'quantities: [{ name: mood, protocol: /a/mood/v1 }]', devices }).config
    .quantities
  t.match(bare, { name: 'mood', kind: 'number', protocol: '/a/mood/v1' })
  if (bare === undefined) return t.fail('one quantity')
  t.equal(showValue(quantityOf(bare), 1.5), '1.50')
  t.equal(showValue(quantityOf(tension), 21_480), '21.5 kPa')
  return t.end()
})

t.test('names twice, and what is not a name, unit or protocol', async (t) => {
  t.match(problems(own.replace('soil-tension', 'temperature')), /"temperature" is defined already/)
  t.match(
    problems(own + own.replace('quantities:\n', '')),
    /quantities\[1\].name: "soil-tension" is defined already/
  )
  t.match(problems(own.replace('soil-tension', 'Soil')), /is not the name of a quantity/)
  t.match(problems(own.replace('Pa', '"p a"')), /is not a SenML unit/)
  t.match(problems(own.replace('/v1', '')), /is not a ProtocolName/)
  t.match(problems(own.replace('    protocol: /sensor/soil-tension/v1\n', '')), /protocol/)
})

t.test('a protocol of kith carries no other quantity', async (t) => {
  t.match(
    problems(own.replace('/sensor/soil-tension/v1', '/sensor/temp/v1') + sensors),
    /^quantities\[0\].protocol: "\/sensor\/temp\/v1" is a protocol of kith/
  )
  t.match(problems(own.replace('/sensor/soil-tension/v1', '/sensor/meta/v1')), /is a protocol of kith/)
  const device = sensorOf('soil-tension', { quantities: [{ ...tension, protocol: '/sensor/temp/v1' }] })
  t.match(problems(sensors, device), /^devices: acme brings soil-tension: "\/sensor\/temp\/v1" is a protocol/)
  t.equal(problems(own + sensors, device), 'ok', 'the configuration decides')
  const two = `${own}  - { name: soil-salt, protocol: /sensor/soil-tension/v1 }\n`
  t.equal(problems(two), 'ok', 'two of our own may share one')
})

t.test('each own quantity counts once', async (t) => {
  const device = sensorOf('soil-tension', { quantities: [tension] })
  t.same(ownQuantities([tension], [device, device]), [tension])
  t.same(quantityTable(quantityOf(tension)).get('soil-tension')?.unit, 'Pa')
})
