import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { FakeOperations } from '../../../support/fakes/operations.ts'
import { golden } from '../../../support/golden.ts'
import { runCommand } from '../../../support/process/command-run.ts'

function homeWith(config: string): string {
  const home = mkdtempSync(join(tmpdir(), 'kith-devices-'))
  writeFileSync(join(home, 'kith.yaml'), config)
  return home
}

const QUICK = `sensors:
  - { type: bme280, name: weather, address: 0x76 }
  - { type: thermal, name: processor }
`

for (const [form, columns] of [
  ['wide', 120],
  ['narrow', 44],
  ['pipe', undefined]
] as const)
  t.test(`devices scan --simulated, ${form}`, async (t) => {
    const {
      out,
      err,
      status: exit
    } = await runCommand('devices scan --simulated', columns === undefined ? {} : { columns })
    t.equal(out, golden(new URL(`../../golden/devices-scan.${form}.txt`, import.meta.url), out))
    t.same([err, exit], ['', 0])
  })

t.test('its lines are a configuration: accepted as they stand, and then nothing is proposed', async (t) => {
  const { out } = await runCommand('devices scan --simulated --yaml')
  const home = homeWith(out)
  t.match(await runCommand('config check', { home }), { status: 0 })
  const again = await runCommand('devices scan --simulated --yaml', { home })
  t.match(again, { status: 0, out: '' })
  const table = await runCommand('devices scan --simulated', { home })
  t.match(table, { out: /configured as bme280/, err: /kith.yaml has everything that was found/ })
})

t.test('a scan as JSON', async (t) => {
  const { out } = await runCommand('devices scan i2c-1 --simulated --json', { home: homeWith(QUICK) })
  const { findings, skipped, lines } = JSON.parse(out)
  t.same(skipped, [])
  t.match(findings[0], { kind: 'sure', place: '0x76 on i2c-1', type: 'bme280', configured: 'weather' })
  t.equal(lines[0], '  - type: hwmon')
})

t.test('the types that are known: those of the configuration, too, unless it is wrong', async (t) => {
  const driver = fileURLToPath(new URL('../../../../examples/driver/index.ts', import.meta.url))
  const typesWith = async (config: string): Promise<string[]> => {
    const { out } = await runCommand('devices --types --json', { home: homeWith(config) })
    return JSON.parse(out).map(({ type }: { type: string }) => type)
  }
  const own = await typesWith('name: hall\n')
  t.ok(own.includes('bme280'))
  t.same(await typesWith(`devices: [${driver}]\n`), [...own, 'tc74'])
  t.same(await typesWith('nmae: hall\n'), own)
})

t.test('the schema has the drivers that the configuration names', async (t) => {
  const driver = fileURLToPath(new URL('../../../../examples/driver/index.ts', import.meta.url))
  const schemaWith = (config: string) => runCommand('config schema', { home: homeWith(config) })
  const { out, err } = await schemaWith(`devices: [${driver}]\nnmae: hall\n`)
  t.match(out, '"const": "tc74"')
  t.match(out, '"const": "bme280"')
  t.match(out, '"ds3231"')
  t.equal(err, '')
  const without = await schemaWith('devices: [./nothing.ts]\n')
  t.match(without.err, /external drivers are missing: .*nothing\.ts is not there/)
  t.match(without.out, '"const": "bme280"')
  t.same(await schemaWith('name: hall\n'), await runCommand('config schema'))
})

t.test('where the sensors are', async (t) => {
  const home = homeWith(QUICK)
  const { out } = await runCommand('devices --json', { home, alone: true })
  t.match(JSON.parse(out), [{ place: '0x76 on i2c-1' }, { place: 'cpu-thermal' }])
})

t.test('devices test reads everything once', async (t) => {
  const home = homeWith(QUICK)
  const { out, status: exit } = await runCommand('devices test --simulated', { home })
  t.equal(exit, 0)
  const shape = out.replaceAll(/-?\d+\.\d+/g, 'N')
  t.equal(shape, golden(new URL('../../golden/devices-test.pipe.txt', import.meta.url), shape))
  const json = await runCommand('devices test --simulated --json', { home })
  const [first, second] = json.out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  t.match(first, { name: 'weather', type: 'bme280', place: '0x76 on i2c-1', took: Number })
  t.match(second, { name: 'processor', values: [{ series: 'temperature', state: 'plausible' }] })
})

t.test('devices test ends with 1 where a sensor cannot be read', async (t) => {
  const home = homeWith(`sensors:
  - { type: thermal, name: processor }
  - { type: hwmon, name: none, options: { chip: tmp421 } }
`)
  const { out, status: exit } = await runCommand('devices test --simulated', { home })
  t.equal(exit, 1)
  t.match(out, 'fault  hwmon chip tmp421 is not there')
  t.match(out, 'the kernel shows lm75')
  t.match(await runCommand('devices test --simulated', { home: homeWith('name: hall\n') }), {
    status: 0,
    err: /kith devices scan finds chips/
  })
})

t.test('beside a running node the node is asked, and no bus is opened', async (t) => {
  const home = homeWith(QUICK)
  const operations = new FakeOperations()
  const list = await runCommand('devices', { home, operations })
  t.match(list.out, /air +bme280 +0x76 on i2c-1 +10 s\n/, 'its sensors, not those of kith.yaml')
  const json = JSON.parse((await runCommand('devices --json', { home, operations })).out)
  t.match(json[0], { name: 'air', type: 'bme280', place: '0x76 on i2c-1', interval: 10_000 })
  t.match(await runCommand('devices test --timeout 2s', { home, operations }), {
    status: 0,
    out: 'air  bme280 at 0x76 on i2c-1, now\n  ok     temperature  21.48 °C\n',
    err: `kith: a node runs in ${home}: these are its latest readings\n`
  })
  t.match(await runCommand('devices scan i2c-1 i2c-3', { home, operations }), {
    status: 0,
    out: /0x76 on i2c-1 +bme280 +sure +configured as air\n/,
    err: /not scanned: i2c-2; name a bus to scan it/
  })
  t.same(operations.asked, [{ timeout: 2000 }, { buses: ['i2c-1', 'i2c-3'] }])
  t.match(await runCommand('devices test --simulated', { home, operations }), { out: /^weather/ })
  t.equal(operations.asked.length, 2, 'a simulated machine of the command is its own')
})

t.test('devices test beside a running node ends with 1 for a fault', async (t) => {
  const operations = new FakeOperations()
  operations.devicesTest = async () => [
    {
      name: 'soil',
      type: 'ads1115',
      place: '0x48 on i2c-1',
      took: 0,
      values: [{ series: 'voltage.a0', state: 'fault', why: 'no reading yet', code: 'no-reading' }]
    }
  ]
  t.match(await runCommand('devices test', { operations }), { status: 1, out: /fault {2}no reading yet/ })
})

t.test('wrong usage', async (t) => {
  t.match(await runCommand('devices scan --simulated=nine'), {
    status: 2,
    err: /must be 0 to 999999999, not nine/
  })
  t.match(await runCommand('devices scna'), {
    status: 2,
    err: /unknown action of kith devices: scna; did you mean scan/
  })
})

t.test('devices --types fits a terminal of 80 columns, with addresses and measures', async (t) => {
  const { out } = await runCommand('devices --types', { columns: 80 })
  for (const line of out.split('\n')) t.ok([...line].length <= 80, line)
  t.match(out, /^ads1115 +i2c +0x48-0x4b +voltage\.a0-a3$/m)
  t.match(out, /^bh1750 +i2c +0x23 0x5c +illuminance$/m)
})
