import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { devices } from '../../devices/index.ts'
import { parseConfig } from '../../src/config/load.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const readme = readFileSync(join(root, 'README.md'), 'utf8')
const scripts = (
  JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> }
).scripts

/** The indented blocks of the page, without their indentation. */
const blocks = [...readme.matchAll(/(?:^ {4}.*\n|^\n(?= {4}))+/gm)].map(([block]) =>
  block.replaceAll(/^ {4}/gm, '')
)

function blockWith(text: string): string {
  return blocks.find((block) => block.includes(text)) ?? ''
}

t.test('every npm script that is named exists', async (t) => {
  const named = new Set([...readme.matchAll(/npm (?:run )?([a-z:]+)/g)].map(([, name]) => name ?? ''))
  named.delete('nothing')
  t.ok(named.size >= 5)
  for (const name of named) t.ok(name in scripts, `npm run ${name}`)
})

t.test('every command that is listed exists, and none is left out', async (t) => {
  const help = execFileSync(process.execPath, ['bin/kith.js', '--help'], { cwd: root, encoding: 'utf8' })
  const known = [...help.matchAll(/^ {2}([a-z]+) {2,}/gm)].map(([, name]) => name)
  const listed = [...blockWith('kith init [--name N]').matchAll(/^kith ([a-z]+)(?: \| ([a-z]+))?/gm)].flatMap(
    (match) => match.slice(1)
  )
  t.same(new Set(listed.filter((name) => name !== undefined)), new Set(known))
})

t.test('the configuration that is shown is accepted', async (t) => {
  const config = parseConfig(blockWith('sensors:\n'), devices)
  t.match(config.sensors, [{ type: 'bme280', name: 'air', address: 0x76, interval: 10_000 }])
})

t.test('the library example holds as it stands', async (t) => {
  const config = {
    extends: join(root, 'tsconfig.json'),
    include: ['example.ts', join(root, 'src/hal/linux/*.d.ts')]
  }
  const example = blockWith("from 'kith'")
  const folder = t.testdir({ 'example.ts': example, 'tsconfig.json': JSON.stringify(config) })
  const checked = spawnSync('tsc', ['-p', folder], { cwd: root, encoding: 'utf8' })
  t.notMatch(`${checked.stdout}${checked.stderr}`, /example\.ts/)
  t.equal(checked.error, undefined)
})

t.test('every file that is named exists', async (t) => {
  const named = [...readme.matchAll(/\]\(([^)]+)\)|`((?:deploy|docs|examples|devices)\/[^` ]*)`/g)].map(
    ([, link, path]) => link ?? path ?? ''
  )
  t.ok(named.length >= 4)
  for (const path of named) t.ok(existsSync(join(root, path)), path)
})
