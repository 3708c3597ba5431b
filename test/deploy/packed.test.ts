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

/** A line with `expect-error` fails where a type is `any`, as one of a package that is not found. */
const APPLICATION = `
import { createNode, defineSensor, NodeError, type NodeStream, type SeriesView, simulatedWorld } from 'kith'
import { crc8, type I2cSensorDefinition, SensorError } from 'kith/driver'
import { SensorBench, type ChipModelFactory } from 'kith/simulated'

const node = await createNode({ config: { name: 'hall' }, world: simulatedWorld() })
// @ts-expect-error: no such option
await createNode({ confg: {} })
await node.handle('/echo/v1', async (stream: NodeStream) => {
  for await (const message of stream) await stream.send(message)
  // @ts-expect-error: a message is no number
  await stream.send(1)
})
const views: SeriesView[] = await node.ask('attic', 'temperature', { signal: AbortSignal.timeout(1000) })
// @ts-expect-error: there is no such carrier
await node.ask('attic', 'temperature', { by: 'pigeon' })
const ports = node.datagrams.status()?.ports
// @ts-expect-error: what only kith itself uses is not declared
node.operations.pipe
export const sum: number = crc8(new Uint8Array(2), 0)
export { defineSensor, NodeError, ports, SensorBench, SensorError, views }
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
  t.match(compiled(`${APPLICATION}\nexport * from 'kith/nothing'`).stdout, 'TS2307', 'the check can fail')
  rmSync(join(installed, 'types/clock.d.ts'))
  t.match(compiled(APPLICATION).stdout, 'clock', 'and does for a missing declaration')
})
