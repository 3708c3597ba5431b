import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import t, { type Test } from 'tap'

const root = fileURLToPath(new URL('../..', import.meta.url))
// Not below the clone: nothing of its node_modules can be found from there.
const folder = mkdtempSync(join(tmpdir(), 'kith-bundle-'))
const dist = join(folder, 'dist')
const kith = join(dist, 'bin/kith.js')
t.teardown(() => rmSync(folder, { recursive: true, force: true }))

/** Runs a program of Node without what tap gives to the processes of tests, and gives again to those whose it lacks. */
function run(...words: string[]): SpawnSyncReturns<string> {
  return spawnSync('env', ['-u', 'NODE_OPTIONS', process.execPath, ...words], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 60_000,
    env: { ...process.env, NODE_COMPILE_CACHE: join(folder, 'cache'), SOURCE_COMMIT: 'c0ffee'.repeat(6) }
  })
}

/** A home with these files. */
function home(name: string, files: Readonly<Record<string, string>>): string {
  const made = join(folder, name)
  mkdirSync(made)
  for (const [path, text] of Object.entries(files)) writeFileSync(join(made, path), text)
  return made
}

// Building and starting takes half a minute on a machine that does much else.
t.setTimeout(120_000)

// Its types are held by packed.test.ts.
const built = run(join(root, 'scripts/build.mjs'), '--out', dist, '--without-types')
t.equal(built.status, 0, `the bundle is built: ${built.stderr}`)

t.test('it says its version and the commit that was built', async (t) => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  t.equal(run(kith, '--version').stdout, `${version} (c0ffeec0ffee)\n`)
})

t.test('it makes a home, and checks its configuration', async (t) => {
  const made = run(kith, 'init', '--home', 'hall', '--name', 'hall')
  t.equal(made.status, 0, made.stderr)
  const files = readdirSync(join(folder, 'hall'))
  for (const name of ['kith.yaml', 'kith.schema.json', 'book.yaml']) t.ok(files.includes(name), name)
  const checked = run(kith, 'config', 'check', '--home', 'hall')
  t.equal(checked.status, 0, checked.stderr)
})

t.test('a driver of several .ts files in a foreign folder measures', async (t) => {
  cpSync(join(root, 'examples/driver'), join(folder, 'porch'), { recursive: true })
  const tested = run(kith, 'devices', 'test', '--simulated', '--home', 'porch')
  t.equal(tested.status, 0, tested.stderr)
  t.match(tested.stdout, /ok +temperature +\d+\.\d+/)
})

/** A driver for `devices: [./acme.js]`; `at load` runs when it is loaded. */
const acme = (atLoad: string): string => `
  import * as kit from 'kith/driver'
  import * as simulated from 'kith/simulated'
  import * as library from 'kith'
  ${atLoad}
  export default {
    type: 'acme', title: 'Acme', datasheet: { id: 'A1', revision: '1' }, bus: 'i2c', addresses: [0x21],
    measures: [{ quantity: 'temperature', range: [-10, 50] }], minimumInterval: 1000,
    options: {},
    open: async () => ({ sample: async () => [{ quantity: 'temperature', value: 21.5 }], close: async () => {} })
  }`
const YAML = 'devices: [./acme.js]\nsensors: [{ type: acme, name: air, bus: i2c-1, interval: 2s }]\n'

t.test('a driver in .js has the one kith/driver, kith and kith/simulated of the bundle', async (t) => {
  const exported = (name: string): string => JSON.stringify(pathToFileURL(join(dist, 'lib', name)).href)
  const one = acme(`
    if (kit !== (await import(${exported('driver.js')}))) throw new Error('a second kith/driver')
    if (library !== (await import(${exported('index.js')}))) throw new Error('a second kith')
    if (kit.crc8 !== simulated.crc8 || kit.NodeError !== library.NodeError) throw new Error('a second chunk')`)
  const checked = run(kith, 'config', 'check', '--home', home('one', { 'kith.yaml': YAML, 'acme.js': one }))
  t.equal(checked.status, 0, checked.stderr)
  const refused = home('two', { 'kith.yaml': YAML, 'acme.js': acme("throw new Error('a second kith')") })
  t.match(run(kith, 'config', 'check', '--home', refused).stderr, 'a second kith', 'the check can fail')
})

t.test('a crash names file and line of the sources', async (t) => {
  const bad = acme('queueMicrotask(() => kit.crcWords(undefined))')
  const crashed = run(kith, 'config', 'check', '--home', home('bad', { 'kith.yaml': YAML, 'acme.js': bad }))
  t.equal(crashed.status, 1)
  const lines = readFileSync(join(root, 'src/hal/driver-kit/crc-words.ts'), 'utf8').split('\n')
  const row = lines.findIndex((line) => line.includes('words.flatMap(')) + 1
  t.match(crashed.stderr, /^kith: unexpected: .*undefined/)
  t.match(crashed.stderr, new RegExp(`/src/hal/driver-kit/crc-words\\.ts:${row}:\\d+`))
})

/** A node of the bundle until the test ends. @returns an address of it, once it has one */
async function started(t: Test): Promise<string> {
  const words = ['run', '--simulated', '--quiet', '--home', join(folder, 'peer')]
  const options = ['--set', 'mdns=false', '--set', 'listen=[/ip4/127.0.0.1/tcp/0]']
  const { NODE_OPTIONS: _, ...environment } = process.env
  const node = spawn(process.execPath, [kith, ...words, ...options], {
    env: { ...environment, NODE_COMPILE_CACHE: join(folder, 'cache') },
    timeout: 60_000
  })
  t.teardown(async () => {
    const ended = once(node, 'exit')
    node.kill()
    await ended
  })
  let text = ''
  for await (const chunk of node.stdout) {
    text += chunk
    const address = /"(\/ip4\/127[^"]+)"/.exec(text)?.[1]
    if (address !== undefined) return address
  }
  throw new Error(`the node ended: ${text}`)
}

t.test('two nodes of the bundle shake hands, ask by stream and by datagram', async (t) => {
  const address = await started(t)
  for (const carrier of ['--stream', '--datagram']) {
    const asked = run(kith, 'ask', address, 'air/temperature', carrier, '--home', 'asking')
    t.equal(asked.status, 0, asked.stderr)
    t.match(asked.stdout, /air\/temperature +\d+\.\d+ °C .* signed/, carrier)
  }
})

t.test('the compile cache is filled by the command for installers', async (t) => {
  const cache = join(folder, 'warm')
  const { NODE_OPTIONS: _, ...environment } = process.env
  const warmed = spawnSync(process.execPath, [join(dist, 'scripts/warm-cache.mjs')], {
    encoding: 'utf8',
    timeout: 60_000,
    env: { ...environment, NODE_COMPILE_CACHE: cache }
  })
  t.equal(warmed.status, 0, warmed.stderr)
  t.ok(readdirSync(cache, { recursive: true }).length > 25, 'an entry for each file that was loaded')
})

/** What a file imports when it is loaded, by the names of the files. */
function importsOf(name: string): string[] {
  const text = readFileSync(join(dist, 'lib', name), 'utf8')
  return [...text.matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g)].flatMap(([, path]) => path ?? [])
}

/** The sources that are loaded with a file, by its map and those of the files that it imports. */
function sourcesOf(name: string, loaded: Set<string> = new Set()): string[] {
  if (loaded.has(name)) return []
  loaded.add(name)
  const map = join(dist, 'lib', `${name}.map`)
  // A file that only exports from another has none.
  const { sources } = existsSync(map) ? JSON.parse(readFileSync(map, 'utf8')) : { sources: [] }
  return [...sources, ...importsOf(name).flatMap((next) => sourcesOf(next, loaded))]
}

t.test('the command loads no libp2p, no YAML and no driver before it knows what is asked', async (t) => {
  const sources = sourcesOf('main.js')
  t.ok(sources.some((path) => path.endsWith('/src/cli/process.ts')))
  t.strictSame(
    sources.filter((path) => /node_modules\/(?!(valibot)\/)|\/driver\.ts$|\/model\.ts$/.test(path)),
    []
  )
})

t.test('a node starts from few files', async (t) => {
  const files = readdirSync(join(dist, 'lib')).filter((name) => name.endsWith('.js'))
  const begun = /^(main|(run|run-node|load-with-devices|create-log)-[^.]+)\.js$/
  const loaded = new Set<string>()
  for (const name of files.filter((each) => begun.test(each))) sourcesOf(name, loaded)
  t.ok(loaded.has('start.js'))
  t.ok(loaded.size <= 16, [...loaded].join(' '))
})

t.test('no part of Node is imported: that reads all it exports, and loads more', async (t) => {
  const files = readdirSync(join(dist, 'lib')).filter((name) => name.endsWith('.js'))
  const texts = files.map((name) => readFileSync(join(dist, 'lib', name), 'utf8'))
  t.strictSame(
    texts.flatMap((text) => text.match(/(?:from|import)\s*["'](?:node:[\w/]+|fs|os|net|path)["']/g) ?? []),
    []
  )
})

t.test('what a node starts with loads neither cluster nor worker_threads', async (t) => {
  const loaded = new Set<string>()
  sourcesOf('start.js', loaded)
  for (const name of loaded)
    t.notMatch(readFileSync(join(dist, 'lib', name), 'utf8'), /node:(cluster|worker_threads)/)
})

t.test('what a node starts with loads no collation of ICU', async (t) => {
  const loaded = new Set<string>()
  sourcesOf('start.js', loaded)
  const texts = [...loaded].map((name) => readFileSync(join(dist, 'lib', name), 'utf8'))
  t.strictSame(
    texts.flatMap((text) => text.match(/.{40}(?:localeCompare|\bIntl\.|\.toLocale\w+\().{20}/g) ?? []),
    []
  )
})

t.test('it has grown by no more than a tenth over the recorded size', async (t) => {
  const page = readFileSync(join(root, 'docs/footprint.md'), 'utf8')
  const recorded = Number(/, (\d+) bytes in all/.exec(page)?.[1])
  const names = readdirSync(join(dist, 'lib')).filter((name) => name.endsWith('.js'))
  const bytes = names.reduce((sum, name) => sum + statSync(join(dist, 'lib', name)).size, 0)
  t.ok(
    bytes > recorded / 2 && bytes <= recorded * 1.1,
    `${bytes} bytes, and ${recorded} in docs/footprint.md`
  )
})

t.test('each package of the bundle has its licence with it', async (t) => {
  const text = readFileSync(join(dist, 'THIRD-PARTY-LICENSES.txt'), 'utf8')
  for (const name of ['libp2p', '@libp2p/tcp', 'yaml', 'valibot'])
    t.match(text, new RegExp(`^${name} \\d+\\.\\d+\\.\\d+: .*(MIT|ISC|Apache)`, 'm'), name)
})
