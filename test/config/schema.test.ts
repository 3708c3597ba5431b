import t from 'tap'
import { getDescription } from 'valibot'
import { devices } from '../../devices/index.ts'
import { deviceOptions } from '../../src/config/devices/options.ts'
import { variableOf } from '../../src/config/environment.ts'
import { loadConfig, parseConfig } from '../../src/config/load.ts'
import { entriesOf, settingsOf } from '../../src/config/options/walk.ts'
import { configSchema } from '../../src/config/schema.ts'
import { defaultsOf } from '../../src/limits.ts'
import { defaultDatagramLimits } from '../../src/protocol/datagram/limits.ts'
import { queryLimits } from '../../src/protocol/query/limits.ts'
import { hubLimits } from '../../src/reading/hub/limits.ts'
import { configDevices } from '../support/config-devices.ts'

/** Too small for more than the least. */
const machine = { memory: 512 * 1024 ** 2, heap: 96 * 1024 ** 2, files: 1024 }
const { limits, datagrams, history } = loadConfig({ text: '', devices: [], machine }).config

t.test('each class finds its own limits, with the defaults that it declares', async (t) => {
  const { failedOpens, failedOpensOfNode, ...datagramDefaults } = defaultDatagramLimits
  t.match(limits.hub, defaultsOf(hubLimits))
  t.match(limits.query, defaultsOf(queryLimits))
  t.match(history, { flush: 60_000, bytes: 64 * 1024 ** 2 })
  // How many forgeries are borne is the machine's matter (node/network/datagrams.ts).
  t.match(datagrams, { ...datagramDefaults, failedOpens: 'auto', failedOpensOfNode: 'auto' })
  // docs/protocols.md sections 11 and 12.
  t.match(limits.query, { streamsPerPeer: 4, requestsPerStream: 32, requestBytes: 512, answerBytes: 17_408 })
  t.match(limits.gossip, { sourceRate: 200, sourceBurst: 400, authorRate: 5, authorBurst: 20, authors: 4096 })
  t.match(limits.subscription, { wait: 2_000, min: 1_000, max: 300_000 })
  t.ok(limits.query.historyBytes < 1024 ** 2, 'less than 1 MiB in flight (docs/network.md trap 8)')
})

t.test('a device option with a unit says so in a sentence of its own', async (t) => {
  const device = devices.find(({ type }) => type === 'scd4x')
  const entries = device === undefined ? undefined : entriesOf(deviceOptions(device))
  const about = entries?.['altitude'] === undefined ? undefined : getDescription(entries['altitude'])
  t.equal(about, 'Height above sea level, by which CO2 is corrected. In m. (0 to 3000)')
})

t.test('each option has one variable', async (t) => {
  const variables = [...settingsOf(configSchema(configDevices))].map(({ path }) => variableOf(path))
  t.equal(new Set(variables).size, variables.length)
  t.ok(variables.includes('KITH_LIMITS_QUERY_STREAMS_PER_PEER'))
})

t.test('every device can be configured by its type alone, its defaults within its own bounds', async (t) => {
  for (const { type, bus, options } of devices) {
    const given = bus === 'gpio' ? { type, line: 'GPIO17' } : { type }
    const required = Object.entries(options).filter(
      ([, one]) => one.kind === 'text' && one.default === undefined
    )
    if (required.length > 0) continue
    const { sensors } = parseConfig(JSON.stringify({ sensors: [given] }), devices)
    t.strictSame(Object.keys(sensors[0]?.options ?? {}).sort(), Object.keys(options).sort(), type)
  }
})
