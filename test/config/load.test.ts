import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { ConfigError } from '../../src/config/config-error.ts'
import { loadConfig, parseConfig } from '../../src/config/load.ts'
import type { LoadRequest } from '../../src/config/loading.ts'
import { isNodeError } from '../../src/error.ts'
import { configDevices as devices } from '../support/config-devices.ts'

function fault(request: Omit<LoadRequest, 'devices'>): string {
  try {
    loadConfig({ devices, ...request })
  } catch (error) {
    if (isNodeError(error, 'bad-config')) return error.message
    throw error
  }
  return 'accepted'
}

const file = `name: hall
history:
  age: 7d
sensors:
  - type: bme280
    address: 0x77
    interval: 20s
`

t.test('nothing at all gives every default', async (t) => {
  const { config, provenance } = loadConfig({ devices })
  t.equal(config.name, 'kith')
  t.strictSame(config.sensors, [])
  t.strictSame(config.history, {
    flush: 60_000,
    age: 30 * 86_400_000,
    bytes: 64 * 1024 ** 2,
    blockAge: 900_000,
    flushBytes: 256 * 1024,
    memoryBytes: 8 * 1024 ** 2,
    sealBytes: 'auto'
  })
  t.ok(provenance.length > 60)
  t.ok(provenance.every(({ origin }) => origin.kind === 'default'))
})

t.test('a sensor is filled in', async (t) => {
  t.strictSame(parseConfig(file, devices).sensors, [
    {
      type: 'bme280',
      name: 'bme280',
      interval: 20_000,
      filters: [],
      private: false,
      bus: 'i2c-1',
      address: 0x77,
      options: { samples: 1, mode: 'forced', settle: 40 }
    }
  ])
  const { sensors } = parseConfig('sensors: [{type: scd4x}, {type: contact, line: GPIO17}]', devices)
  t.match(sensors, [{ interval: 10_000 }, { line: 'GPIO17', interval: 10_000 }])
})

t.test('the file yields to the environment, and that to flags; each value names its origin', async (t) => {
  const { config, provenance } = loadConfig({
    devices,
    file: 'kith.yaml',
    text: file,
    environment: {
      KITH_HISTORY_AGE: '2h',
      KITH_HISTORY_BLOCK_AGE: '1h',
      KITH_HOME: '/x',
      PATH: '/bin',
      KITH_NAME: ''
    },
    flags: [
      { path: 'history.blockAge', value: '2h' },
      { path: 'sensors[0].interval', value: '30s' },
      { path: 'log.level', value: 'warn', flag: '--quiet' }
    ]
  })
  t.match(config.history, { age: 7_200_000, blockAge: 7_200_000 })
  t.equal(config.name, 'hall', 'an empty variable is not set')
  const of = (path: string) => provenance.find((entry) => entry.path === path)
  t.strictSame(of('name')?.origin, { kind: 'file', file: 'kith.yaml', line: 1, column: 7 })
  t.match(of('history.age'), { text: '2h', origin: { kind: 'environment', name: 'KITH_HISTORY_AGE' } })
  t.match(of('history.blockAge')?.origin, { kind: 'flag', name: '--set history.blockAge' })
  t.match(of('log.level'), { text: 'warn', origin: { kind: 'flag', name: '--quiet' } })
  t.match(of('sensors[0].interval'), { text: '30s', origin: { kind: 'flag' } })
  t.match(of('sensors[0].address'), { text: '0x77', origin: { kind: 'file', line: 6, column: 14 } })
  t.match(of('sensors[0].bus'), { text: 'i2c-1', origin: { kind: 'default' } })
  t.match(of('history.flush'), { text: '1min', origin: { kind: 'default' } })
  t.match(of('listen')?.text, '[/ip4/0.0.0.0/tcp/4001, /ip6/::/tcp/4001]')
})

t.test('lists in variables and flags need no brackets, but may be YAML', async (t) => {
  const { config } = loadConfig({
    devices,
    environment: { KITH_PURPOSES: 'temperature, soil', KITH_SENSORS: '[{type: scd4x, interval: 30s}]' },
    flags: [{ path: 'store', value: '[garden]' }]
  })
  t.strictSame(config.purposes, ['temperature', 'soil'])
  t.strictSame(config.store, ['garden'])
  t.match(config.sensors, [{ type: 'scd4x', interval: 30_000 }])
})

t.test('a null keeps the default, and its provenance', async (t) => {
  const { config, provenance } = loadConfig({ devices, text: 'name:\nlog:\n  level: ~\n' })
  t.equal(config.name, 'kith')
  t.equal(provenance.find(({ path }) => path === 'log.level')?.origin.kind, 'default')
})

t.test('the machine names the node where nothing else does', async (t) => {
  t.equal(loadConfig({ devices, hostname: 'Pi_Kitchen.local' }).config.name, 'pi-kitchen')
  t.equal(loadConfig({ devices, hostname: 'raspberrypi', text: 'name: hall' }).config.name, 'hall')
  t.equal(loadConfig({ devices, hostname: '...' }).config.name, 'kith')
  t.equal(loadConfig({ devices, hostname: `a${'b'.repeat(80)}` }).config.name.length, 32)
})

t.test('faults of variables and flags name them', async (t) => {
  t.equal(
    fault({ environment: { KITH_HISTORY_AGE: '30', KITH_LOG_LEVLE: 'info', KITH_NAME: '[' } }),
    `KITH_LOG_LEVLE  no option has this name
                did you mean KITH_LOG_LEVEL?
KITH_NAME  name: is not YAML: Flow sequence must end with a ]
KITH_HISTORY_AGE  history.age: 30 has no unit
                  did you mean 30d?`
  )
  t.equal(
    fault({
      flags: [
        { path: 'history.agee', value: '1d' },
        { path: 'history.', value: '1' }
      ]
    }),
    `--set history.  is not a path
                write it as in history.age or sensors[0].interval
--set history.agee  history.agee: is not an option
                    did you mean age?`
  )
  t.match(
    fault({ text: file, flags: [{ path: 'sensors[1].name', value: 'x' }] }),
    /sensors\[1\]\.name: there is no such place/
  )
  t.match(
    fault({ text: 'history: 3', flags: [{ path: 'history.age', value: '1d' }] }),
    /history: 3 is not a map/
  )
})

t.test('a flag cannot reach beyond the configuration', async (t) => {
  t.match(fault({ flags: [{ path: '__proto__.polluted', value: 'true' }] }), /__proto__: is not an option/)
  t.match(
    fault({ flags: [{ path: 'constructor.prototype.polluted', value: 'true' }] }),
    /constructor: is not an option/
  )
  t.notOk('polluted' in {})
})

t.test('problems are data too, in the order of the file', async (t) => {
  try {
    parseConfig('log:\n  level: debg\nname: A\n', devices, 'k.yaml')
    t.fail('accepted')
  } catch (error) {
    t.strictSame((error as ConfigError).problems, [
      {
        origin: { kind: 'file', file: 'k.yaml', line: 2, column: 10 },
        path: 'log.level',
        message: '"debg" is not one of silent, error, warn, info, debug',
        hint: 'did you mean debug?'
      },
      {
        origin: { kind: 'file', file: 'k.yaml', line: 3, column: 7 },
        path: 'name',
        message: '"A" is not a name',
        hint: 'names are 1 to 32 of a–z, 0–9 and -'
      }
    ])
  }
})

t.test('many problems are cut short', async (t) => {
  const text = Array.from({ length: 300 }, (_, i) => `x${i}: 1\n`).join('')
  const lines = fault({ text }).split('\n')
  t.equal(lines.at(-1), '… and 250 more')
})

t.test('hostile text ends in a problem, soon', async (t) => {
  for (const text of [
    '['.repeat(200_000),
    '{a: '.repeat(50_000),
    'x'.repeat(300_000),
    '\0',
    '- '.repeat(100_000),
    '&a '.repeat(1000)
  ]) {
    t.not(fault({ text }), 'accepted', text.slice(0, 10))
  }
})

t.test('maps and lists within each other are refused by their depth, however many', async (t) => {
  for (const text of [`a: ${'['.repeat(100_000)}`, `a: ${'{a: '.repeat(10_000)}`])
    t.match(fault({ text }), /lies too deep\n.*at most 16 levels are read/)
})

t.test('files', async (t) => {
  const folder = t.testdir({ 'kith.yaml': file, kith: {} })
  const path = (name: string): string => join(folder, name)
  t.equal(loadConfig({ devices, file: path('kith.yaml') }).config.name, 'hall')
  symlinkSync(path('kith.yaml'), path('link.yaml'))
  t.equal(loadConfig({ devices, file: path('link.yaml') }).config.name, 'hall')
  t.equal(fault({ file: path('none.yaml'), optional: true }), 'accepted')
  t.throws(() => loadConfig({ devices, file: path('none.yaml') }), {
    code: 'bad-config',
    message: `${path('none.yaml')} does not exist`,
    hint: '`kith init` writes one with comments'
  })
  t.match(fault({ file: path('kith') }), /is a folder/)
  t.match(fault({ file: '/dev/null' }), /is not a plain file/)
  writeFileSync(path('large.yaml'), '#'.repeat(300_000))
  t.match(fault({ file: path('large.yaml') }), /is larger than 256 KiB/)
  writeFileSync(path('utf16.yaml'), Buffer.from('\ufeffname: hall', 'utf16le'))
  t.match(fault({ file: path('utf16.yaml') }), /is UTF-16$/)
  mkdirSync(path('sealed'))
  t.match(fault({ file: join(path('kith.yaml'), 'x') }), /cannot be there$/)
})

t.test(
  'a file that may not be read',
  { skip: process.geteuid?.() === 0 && 'root may read everything' },
  async (t) => {
    const folder = t.testdir({})
    writeFileSync(join(folder, 'kith.yaml'), '', { mode: 0 })
    t.match(fault({ file: join(folder, 'kith.yaml') }), /cannot be read: permission denied/)
  }
)
