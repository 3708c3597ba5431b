// The package as npm lays it out, in a folder from which nothing of the clone is found. `npm run test:package` installs
// it by npm, which needs the registry.
import { type SpawnSyncReturns, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { buildPackage } from '../package/builds.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'kith-packed-'))
const installed = join(folder, 'node_modules/kith')
t.teardown(() => rmSync(folder, { recursive: true, force: true }))

function run(program: string, words: readonly string[]): SpawnSyncReturns<string> {
  const { NODE_OPTIONS: _, ...clean } = process.env
  const env = { ...clean, NODE_COMPILE_CACHE: join(folder, 'cache') }
  return spawnSync(program, words, { cwd: folder, encoding: 'utf8', timeout: 60_000, env })
}

// Two builds take a minute on a machine that does much else.
t.setTimeout(180_000)
const one = buildPackage({ clone: root, out: join(folder, 'one'), umask: '022', zone: 'UTC', isPlain: true })
mkdirSync(installed, { recursive: true })
t.equal(run('tar', ['-xzf', one, '-C', installed, '--strip-components=1']).status, 0)

t.test(
  'a second build in another folder, with another umask and time zone, has the same bytes',
  async (t) => {
    const other = buildPackage({
      clone: root,
      out: join(folder, 'elsewhere/again'),
      umask: '077',
      zone: 'Asia/Tokyo',
      isPlain: true
    })
    t.ok(readFileSync(one).equals(readFileSync(other)), 'the same bytes')
  }
)

const kith = (...words: string[]) => run(process.execPath, [join(installed, 'bin/kith.js'), ...words])

t.test('the command works from it, and says the commit', async (t) => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  t.equal(kith('--version').stdout, `${version} (c0ffeec0ffee)\n`)
  for (const words of [
    ['completion', 'bash'],
    ['completion', 'zsh'],
    ['help', 'run'],
    ['config', 'schema']
  ])
    t.match(kith(...words), { status: 0, stdout: /kith/ }, words.join(' '))
})

t.test('what a build without addons lacks is said, and how it is had', async (t) => {
  const findings: { about: string; text: string; cure?: string }[] = JSON.parse(
    kith('doctor', '--json', '--home', 'none').stdout
  )
  t.match(findings.find(({ about }) => about === 'gpio addon') ?? {}, {
    text: `cannot be loaded: it is not built for ${process.platform}-${process.arch}`,
    cure: `with a C compiler: node ${join(installed, 'scripts/build-native.mjs')}`
  })
})

t.test('a stack trace of an application names the sources', async (t) => {
  const text = `import { createNode } from 'kith'
    await createNode({ config: 'listen: [here' }).catch((error) => console.log(error.stack))`
  writeFileSync(join(folder, 'application.mjs'), text)
  const shown = run(process.execPath, ['--enable-source-maps', join(folder, 'application.mjs')]).stdout
  t.match(shown, /at .* \(.*node_modules\/kith\/src\/node\/create-node\.ts:\d+:\d+\)/)
})

t.test('it holds what is needed at run time, and nothing else', async (t) => {
  const names = readdirSync(installed, { recursive: true, encoding: 'utf8', withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(installed.length + 1))
  const known =
    /^(lib\/[\w-]+\.js(\.map)?|types\/[\w/-]+\.d\.ts|deploy\/(kith\.example\.yaml|systemd\/kith\.\w+)|(README|CHANGELOG)\.md|(LICENSE[-A-Z0-9]*|THIRD-PARTY-LICENSES\.txt)|bin\/kith\.js|native\/\w+\.[ch]|scripts\/(addons|build-native|warm-cache)\.mjs|package\.json)$/
  t.strictSame(
    names.filter((name) => !known.test(name)),
    []
  )
})

/** Two nodes, a book, what comes and goes, and a simulated chip, with nothing but the package. */
const PROGRAM = `
import { createNode, simulatedWorld } from 'kith'

const config = { mdns: false, listen: ['/ip4/127.0.0.1/tcp/0'] }
const hall = await createNode({
  config: { ...config, name: 'hall', sensors: [{ type: 'bme280', name: 'air', address: 0x76 }] },
  world: simulatedWorld({ seed: 7 })
})
const desk = await createNode({ config: { ...config, name: 'desk' }, world: simulatedWorld() })
await desk.book.add('den', hall.peer, { addresses: hall.addresses })
console.log((await desk.book.list()).map((entry) => entry.name).join())
// The first reading is there.
for await (const _ of hall.watch()) break
const [pressure] = await desk.ask('den', 'pressure')
console.log(pressure?.series, pressure?.value !== undefined)
for await (const { kind, who, known } of desk.peerEvents()) {
  console.log(kind, who, known)
  break
}
await Promise.all([hall.stop(), desk.stop()])
`

t.test('a program in JavaScript and in TypeScript runs with it alone', async (t) => {
  for (const name of ['program.mjs', 'program.ts']) {
    writeFileSync(join(folder, name), PROGRAM)
    const { stdout, stderr } = run(process.execPath, [join(folder, name)])
    t.equal(stdout, 'den\nair/pressure true\nconnected den true\n', `${name}: ${stderr}`)
  }
})

/** A line with `expect-error` fails where a type is `any`, as one of a package that is not found. */
const APPLICATION = `
import { type BookEntry, type ConfigInput, createNode, defineSensor, NodeError, type NodeStream, type PeerEvent, type SeriesView, simulatedWorld } from 'kith'
import { crc8, type I2cSensorDefinition, SensorError } from 'kith/driver'
import { SensorBench, type ChipModelFactory } from 'kith/simulated'

const node = await createNode({ config: { name: 'hall' }, world: simulatedWorld() })
// @ts-expect-error: no such option
await createNode({ confg: {} })
const config: ConfigInput = { name: 'attic', history: { age: '7d' }, sensors: [{ type: 'tmp102', name: 'air' }] }
// @ts-expect-error: no such key
await createNode({ config: { ...config, nam: 'attic' } })
// @ts-expect-error: an age has a unit
await createNode({ config: { history: { age: 7 } } })
const entries: BookEntry[] = await node.book.list()
// @ts-expect-error: a name is text
await node.book.rename('attic', 1)
for await (const { kind, peer, known } of node.peerEvents()) {
  const found: PeerEvent['kind'] = kind
  // @ts-expect-error: there is no such event
  if (found === 'seen') console.log(peer, known)
}
await node.handle('/echo/v1', async (stream: NodeStream) => {
  for await (const message of stream) await stream.send(message)
  // @ts-expect-error: a message is not a number
  await stream.send(1)
})
const views: SeriesView[] = await node.ask('attic', 'temperature', { signal: AbortSignal.timeout(1000) })
// @ts-expect-error: there is no such carrier
await node.ask('attic', 'temperature', { by: 'pigeon' })
const ports = node.datagrams.status()?.ports
// @ts-expect-error: what only kith itself uses is not declared
node.operations.pipe
export const sum: number = crc8(new Uint8Array(2), 0)
export { defineSensor, entries, NodeError, ports, SensorBench, SensorError, views }
export type { ChipModelFactory, I2cSensorDefinition }
`

t.test('its types compile where it alone is installed, and declarations are checked', async (t) => {
  const options = {
    ...{ strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false, noEmit: true },
    ...{ module: 'nodenext', target: 'es2024', types: [] }
  }
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: options, files: ['application.ts'] })
  )
  const compiled = (text: string) => {
    writeFileSync(join(folder, 'application.ts'), text)
    return run(join(root, 'node_modules/.bin/tsc'), [])
  }
  t.equal(compiled(APPLICATION).stdout, '')
  t.equal(compiled(PROGRAM).stdout, '')
  t.match(compiled(`${APPLICATION}\nexport * from 'kith/nothing'`).stdout, 'TS2307', 'the check can fail')
  rmSync(join(installed, 'types/clock.d.ts'))
  t.match(compiled(APPLICATION).stdout, 'clock', 'and does for a missing declaration')
})
