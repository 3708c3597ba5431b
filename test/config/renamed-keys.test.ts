import t from 'tap'
import { problemLine } from '../../src/config/config-error.ts'
import { variableOf } from '../../src/config/environment.ts'
import { loadConfig } from '../../src/config/load.ts'
import type { FlagSetting } from '../../src/config/loading.ts'
import { settingsOf } from '../../src/config/options/walk.ts'
import { oldPaths, renamedPath } from '../../src/config/renamed-keys.ts'
import { configSchema } from '../../src/config/schema.ts'

t.test('old keys in the file are read as the new ones, and named with their place', async (t) => {
  const text = 'relay: false\nlimits:\n  journal:\n    stretches: 32\n  providers: { holders: 4 }\n'
  const { config, warnings, provenance } = loadConfig({ text, devices: [] })
  t.equal(config.forward, 'off')
  t.equal(config.limits.hub.ranges, 32)
  t.equal(config.limits.providers.perAuthor, 4)
  t.strictSame(warnings.map(problemLine), [
    'kith.yaml:1:1  relay: is now called forward',
    'kith.yaml:1:8  forward: false is now called off',
    'kith.yaml:3:3  limits.journal: is now called limits.hub',
    'kith.yaml:4:5  limits.journal.stretches: is now called limits.hub.ranges',
    'kith.yaml:5:16  limits.providers.holders: is now called limits.providers.perAuthor'
  ])
  t.match(
    provenance.find(({ path }) => path === 'limits.hub.ranges'),
    { text: '32', origin: { line: 4, column: 16 } },
    'a value keeps its place'
  )
})

t.test('old names of variables and flags work as well', async (t) => {
  const { config, warnings } = loadConfig({
    devices: [],
    environment: { KITH_RELAY: 'false', KITH_LIMITS_REPAIR_MOST: '5', KITH_LIMITS_HUB_STRETCHES: '9' },
    flags: [{ path: 'limits.meta.authors', value: '77' }]
  })
  t.match(config, { forward: 'off' })
  t.match(config.limits, { backfill: { otherPeers: 5 }, hub: { ranges: 9 }, catalogue: { authors: 77 } })
  t.strictSame(warnings.map(problemLine), [
    'KITH_LIMITS_HUB_STRETCHES  is now called KITH_LIMITS_HUB_RANGES',
    'KITH_LIMITS_REPAIR_MOST  is now called KITH_LIMITS_BACKFILL_OTHER_PEERS',
    'KITH_RELAY  is now called KITH_FORWARD',
    'KITH_RELAY  forward: false is now called off',
    '--set limits.meta.authors  is now called limits.catalogue.authors'
  ])
})

t.test('the environment goes before the file by either name', async (t) => {
  const load = (text: string, environment: Record<string, string>) =>
    loadConfig({ text, devices: [], environment }).config.forward
  t.equal(load('relay: true', { KITH_FORWARD: 'off' }), 'off')
  t.equal(load('forward: true', { KITH_RELAY: 'false' }), 'off')
})

t.test('forward was true or false: read as near and off, from the file, a variable and a flag', async (t) => {
  const load = (text: string, environment: Record<string, string>, flags: FlagSetting[]) => {
    const { config, warnings } = loadConfig({ text, devices: [], environment, flags })
    return [config.forward, ...warnings.map(problemLine)]
  }
  t.strictSame(load('forward: true', {}, []), ['near', 'kith.yaml:1:10  forward: true is now called near'])
  t.strictSame(load('', { KITH_FORWARD: 'false' }, []), [
    'off',
    'KITH_FORWARD  forward: false is now called off'
  ])
  t.strictSame(load('', {}, [{ path: 'forward', value: 'true' }]), [
    'near',
    '--set forward  forward: true is now called near'
  ])
  for (const value of ['off', 'book', 'near'])
    t.strictSame(load(`forward: ${value}`, {}, []), [value], 'without a warning')
  t.equal(load('', {}, [])[0], 'near', 'by default')
  t.throws(() => load('forward: 1', {}, []), { message: /forward: 1 is not one of off, book, near/ })
  t.throws(() => load('mdns: near', {}, []), 'only this option')
})

t.test('relay was true or false, and is a section now', async (t) => {
  const load = (text: string, environment: Record<string, string> = {}, flags: FlagSetting[] = []) => {
    const { config, warnings } = loadConfig({ text, devices: [], environment, flags })
    return [config.forward, config.relay.serve, warnings.length]
  }
  t.strictSame(load('relay: true'), ['near', 'off', 2])
  t.strictSame(load('relay: false'), ['off', 'off', 2])
  t.strictSame(load('relay: { serve: book }'), ['near', 'book', 0])
  t.strictSame(load('relay: { serve: near }\nforward: off'), ['off', 'near', 0])
  t.strictSame(load('', { KITH_RELAY: 'false', KITH_RELAY_SERVE: 'anyone' }), ['off', 'anyone', 2])
  t.strictSame(load('', {}, [{ path: 'relay.serve', value: 'book' }]), ['near', 'book', 0])
  t.strictSame(load('', {}, [{ path: 'relay', value: 'false' }]), ['off', 'off', 2])
  t.throws(() => load('relay: { serve: true }'), {
    message: /relay.serve: true is not one of off, book, near/
  })
})

t.test('the old name beside the new one is an error: which is meant?', async (t) => {
  t.throws(() => loadConfig({ text: 'relay: true\nforward: true', devices: [] }), {
    message: /^kith.yaml:1:1 {2}relay: is the old name of forward, which is given, too\n\s+keep forward$/
  })
  const environment = { KITH_RELAY: 'true', KITH_FORWARD: 'true' }
  t.throws(() => loadConfig({ devices: [], environment }), {
    message: /^KITH_RELAY {2}is the old name of KITH_FORWARD/
  })
})

t.test('every renamed key leads to an option that there is, and no option has an old name', async (t) => {
  const options = [...settingsOf(configSchema([]))].map(({ path }) => path)
  const variables = new Set(options.map(variableOf))
  const renamed = options.flatMap((path) => oldPaths(path).map((old) => ({ old, path })))
  t.ok(renamed.length > 40)
  for (const { old, path } of renamed) {
    t.strictSame(renamedPath(old), path, old.join('.'))
    t.notOk(variables.has(variableOf(old)), variableOf(old))
  }
})
