import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import t from 'tap'
import { systemClock } from '../../../src/clock.ts'
import { mergeAny } from '../../../src/config/load.ts'
import { loadWithDevices } from '../../../src/config/load-with-devices.ts'
import { configDevices } from '../../support/config-devices.ts'

/** The source of a definition, with changes. */
function definition(changes: Readonly<Record<string, unknown>> = {}): string {
  const data = {
    type: 'acme',
    title: 'Acme thermometer',
    datasheet: { id: 'A1', revision: '1' },
    bus: 'i2c',
    addresses: [0x21, 0x22],
    measures: [{ quantity: 'temperature', range: [-10, 50] }],
    options: { gain: { kind: 'choice', default: 1, choices: [1, 2], about: 'Gain.' } },
    minimumInterval: 1000,
    ...changes
  }
  const open =
    'open' in changes ? '' : 'open: async () => ({ sample: async () => [], close: async () => {} }),'
  return `{ ${open} ...${JSON.stringify(data)} }`
}

function home(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'kith-outside-'))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return folder
}

const load = (folder: string, text: string) =>
  loadWithDevices({ text, folder, devices: configDevices, clock: systemClock, file: 'kith.yaml' })

async function messageOf(files: Readonly<Record<string, string>>, named: string): Promise<string> {
  const folder = home(files)
  try {
    await load(folder, `devices:\n  - ${named}\nsensors: [{type: acme}]\n`)
  } catch (error) {
    return error instanceof Error ? error.message.replaceAll(folder, 'HOME') : String(error)
  }
  return 'accepted'
}

t.test('a driver brings quantities; what receivers would refuse is refused at load', async (t) => {
  const mood = { name: 'mood', unit: '/', kind: 'number', protocol: '/sensor/mood/v1' }
  const measures = [{ quantity: 'mood', range: [0, 1] }]
  const bring = (changes: Readonly<Record<string, unknown>>): Promise<string> =>
    messageOf(
      { 'acme.js': `export default ${definition({ measures, quantities: [mood], ...changes })}` },
      './acme.js'
    )
  t.equal(await bring({}), 'accepted')
  t.match(await bring({ quantities: undefined }), /acme measures "mood", which is not a known quantity/)
  t.match(await bring({ quantities: [{ ...mood, unit: 'a b' }] }), /quantities\[0\].unit is not a SenML unit/)
  t.match(await bring({ quantities: [{ ...mood, kind: 'text' }] }), /quantities\[0\].kind is neither/)
  t.match(await bring({ quantities: [{ ...mood, protocol: 'mood' }] }), /quantities\[0\].protocol is not/)
  t.match(await bring({ measures: [{ quantity: 'Mood' }] }), /measures/)
  t.match(await bring({ measures: [{ quantity: 'mood', range: [1, 0] }] }), /measures/)
  t.match(await bring({ measures: [{ quantity: 'mood', channel: 'A-1' }] }), /measures/)
})

t.test('a file and a package bring devices, and the rest is checked by them', async (t) => {
  const folder = home({
    'drivers/acme.ts': `import type { Sensor } from 'kith/driver'
      import { SensorError } from 'kith/driver'
      const sensor: Sensor | undefined = undefined
      export default ${definition()}
      export const models = { acme: () => ({ sensor, SensorError }) }`,
    'node_modules/kith-device-two/package.json':
      '{ "name": "kith-device-two", "type": "module", "exports": { "import": "./two.js" } }',
    'node_modules/kith-device-two/two.js': `export const devices = [${definition({ type: 'two' })}, ${definition({ type: 'three', bus: 'none' })}]`
  })
  const { config, outside } = await load(
    folder,
    'devices: [./drivers/acme.ts, kith-device-two]\nsensors: [{type: acme, options: {gain: 2}}, {type: two, address: 0x22}, {type: three}]'
  )
  t.same(
    outside.devices.map(({ type }) => type),
    ['acme', 'two', 'three']
  )
  t.match(config.sensors, [{ type: 'acme', address: 0x21, options: { gain: 2 } }, { address: 0x22 }, {}])
  t.type(outside.models['acme'], 'function')
  const absolute = await load(folder, `devices: [${join(folder, 'drivers/acme.ts')}]`)
  t.equal(absolute.outside.devices[0], outside.devices[0], 'a module is loaded once')
  await t.rejects(load(folder, 'devices: [./drivers/acme.ts]\nsensors: [{type: acme, address: 0x40}]'), {
    message: /sensors\[0\]\.address: 0x40 is not an address of acme/
  })
})

t.test('what cannot be used is reported with its place and a hint', async (t) => {
  const acme = (changes: Readonly<Record<string, unknown>>) => ({
    'a.js': `export default ${definition(changes)}`
  })
  const place = 'kith.yaml:2:5  devices[0]: '
  for (const [files, named, expected] of [
    [{}, './a.ts', './a.ts is not there\n.*HOME/a.ts$'],
    [{ 'a/b.ts': '' }, './a', './a is not there'],
    [
      {},
      'kith-device-none',
      'kith-device-none is not installed\n.*npm install --prefix HOME kith-device-none'
    ],
    [{ 'a.js': '' }, './a.js', './a.js exports no device\n.*docs/writing-a-driver.md'],
    [{ 'a.js': 'export const devices = []' }, './a.js', './a.js exports no device'],
    [{ 'a.js': "throw new Error('no luck')" }, './a.js', './a.js cannot be loaded: no luck'],
    [
      { 'a.js': "import 'kith-missing'" },
      './a.js',
      "./a.js cannot be loaded: Cannot find package 'kith-missing'"
    ],
    [{ 'a.js': 'export default {' }, './a.js', './a.js cannot be loaded: '],
    [
      {
        'node_modules/p/package.json': '{"exports":"./p.ts","type":"module"}',
        'node_modules/p/p.ts': 'export {}'
      },
      'p',
      'p is TypeScript'
    ],
    [{ 'a.js': 'export default 7' }, './a.js', './a.js exports no device'],
    [acme({ type: 'A!' }), './a.js', 'invalid device: A!: type is not a type'],
    [acme({ type: 'bme280' }), './a.js', './a.js has the type bme280, which kith itself has, too'],
    [acme({ bus: 'spi' }), './a.js', 'acme: bus is not one of i2c, gpio, sysfs, none'],
    [acme({ addresses: undefined }), './a.js', 'acme: addresses is missing'],
    [acme({ addresses: [0x21, 0x78] }), './a.js', 'acme: addresses\\[1\\] is above 0x77'],
    [acme({ measures: 'temperature' }), './a.js', 'acme: measures is neither'],
    [acme({ measures: [{ quantity: 'x', range: [1] }] }), './a.js', 'acme: measures'],
    [acme({ minimumInterval: 0 }), './a.js', 'acme: minimumInterval is less than 1 ms'],
    [acme({ open: 1 }), './a.js', 'acme: open is not a function'],
    [acme({ options: { a: { kind: 'colour' } } }), './a.js', 'acme: options.a.kind is not an option'],
    [
      acme({ options: { a: { kind: 'number', default: 9, min: 0, max: 1, about: 'A.' } } }),
      './a.js',
      'acme: options.a has a default that it would refuse'
    ],
    [
      { 'a.js': `export default ${definition()}; export const models = { acme: 1 }` },
      './a.js',
      'models that are none'
    ]
  ] as const) {
    const message = await messageOf(files, named)
    t.ok(message.startsWith(place), message)
    t.match(message, new RegExp(expected), named)
  }
})

t.test('two that claim one type, and all that is wrong at once', async (t) => {
  const files = { 'a.js': `export default ${definition()}`, 'b.js': `export default ${definition()}` }
  const message = await messageOf(files, './a.js\n  - ./b.js\n  - ./c.js')
  t.match(message, /2:5|3:5 {2}devices\[1\]: \.\/b\.js has the type acme, which \.\/a\.js has, too/)
  t.match(message, /4:5 {2}devices\[2\]: \.\/c\.js is not there/)
})

t.test('nothing is loaded from a network, and nothing of a wrong list', async (t) => {
  for (const named of ['https://example.org/a.js', 'data:text/javascript,0', 'node:fs', 'file:///tmp/a.js'])
    t.match(await messageOf({}, `"${named}"`), /is not a file as in \.\/my-chip\.ts or an npm package/)
  t.same(mergeAny({ text: 'devices: {a: b}', devices: [] }).modules(), [])
  t.same(mergeAny({ text: 'devices: [', devices: [] }).modules(), [])
  const environment = { KITH_DEVICES: './a.ts,b' }
  t.match(mergeAny({ environment, flags: [], devices: [] }).modules(), [
    { text: './a.ts', path: 'devices[0]', origin: { kind: 'environment', name: 'KITH_DEVICES' } },
    { text: 'b', path: 'devices[1]' }
  ])
})

t.test('what else is wrong is reported as well, but for the sensors that may be meant by it', async (t) => {
  const text = 'nmae: hall\ndevices: [./none.js]\nsensors: [{type: acme}]\nhistory: {age: 3}\n'
  const error: unknown = await load(home({}), text).catch((reason: unknown) => reason)
  t.match(error, {
    problems: [
      { origin: { line: 1 }, message: 'is not an option' },
      { origin: { line: 2 }, message: './none.js is not there' },
      { origin: { line: 4 }, path: 'history.age', message: '3 has no unit' }
    ]
  })
})
