import { existsSync, readFileSync } from 'node:fs'
import t from 'tap'

const root = new URL('../../', import.meta.url)
const clone = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'))
const { packageManifest } = await import(new URL('scripts/package-manifest.mjs', root).href)
const manifest = packageManifest(clone)

t.test('a package exports under node_modules, where no types are stripped', async (t) => {
  t.strictSame(Object.keys(manifest.exports), Object.keys(clone.exports))
  t.strictSame(manifest.exports['./driver'], { types: './types/driver.d.ts', default: './lib/driver.js' })
  t.equal(manifest.exports['./package.json'], './package.json')
  t.ok(existsSync(new URL(manifest.bin.kith, root)))
})

t.test('it brings neither tools nor a Node, and needs only what has a binary', async (t) => {
  t.notOk('devDependencies' in manifest)
  t.strictSame(Object.keys(manifest.optionalDependencies), ['i2c-bus', 'onoff'])
  t.notOk('dependencies' in manifest, 'the others are bundled')
})

t.test('nothing of it runs at its installation: npm may not allow that', async (t) => {
  t.notOk('scripts' in manifest)
})

t.test('Node 24 is asked for by every file that asks', async (t) => {
  t.equal(manifest.engines.node, '>=24')
  t.match(readFileSync(new URL('bin/kith.js', root), 'utf8'), 'const WANTED = 24\n')
  t.match(readFileSync(new URL('README.md', root), 'utf8'), '`node --version` is 24 or newer')
  t.match(clone.devDependencies.node, /^24\./)
})

t.test('the commit that was built is named as npm names it', async (t) => {
  t.equal(packageManifest(clone, '1a2b').gitHead, '1a2b')
  t.notOk('gitHead' in manifest)
})

t.test('every package of the lockfile has an integrity, those of other machines as well', async (t) => {
  const { packages }: { packages: Record<string, { integrity?: string; link?: boolean }> } = JSON.parse(
    readFileSync(new URL('package-lock.json', root), 'utf8')
  )
  const fetched = Object.entries(packages).filter(([path, { link }]) => path !== '' && link !== true)
  t.ok(fetched.length > 100)
  for (const [path, { integrity }] of fetched) t.match(integrity, /^sha512-[\w+/]{86}==/, path)
})
