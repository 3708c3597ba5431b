import { existsSync, readFileSync } from 'node:fs'
import t from 'tap'

const root = new URL('../../', import.meta.url)
const clone = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'))
const { packageManifest } = await import(new URL('scripts/package-manifest.mjs', root).href)
const manifest = packageManifest(clone)

t.test('a package exports under node_modules, where no types are stripped', async (t) => {
  t.strictSame(Object.keys(manifest.exports), Object.keys(clone.exports))
  for (const path of Object.values<string>(manifest.exports)) {
    t.notMatch(path, /\.ts$/, path)
    t.ok(existsSync(new URL(path.replace(/^\.\/src\/(.*)\.js$/, './src/$1.ts'), root)), `${path} is compiled`)
  }
  t.ok(existsSync(new URL(manifest.bin.kith, root)))
})

t.test('it brings neither tools nor a Node', async (t) => {
  t.notOk('devDependencies' in manifest)
  t.strictSame(Object.keys(manifest.optionalDependencies), ['i2c-bus', 'onoff'])
  t.strictSame(manifest.dependencies, clone.dependencies)
})

t.test('its one script is in it, and is no step of the clone', async (t) => {
  t.strictSame(manifest.scripts, { install: 'node scripts/build-native.mjs' })
  t.match(readFileSync(new URL('scripts/build.mjs', root), 'utf8'), "'scripts/build-native.mjs'")
})

t.test('every package of the lockfile has an integrity, those of other machines as well', async (t) => {
  const { packages }: { packages: Record<string, { integrity?: string; link?: boolean }> } = JSON.parse(
    readFileSync(new URL('package-lock.json', root), 'utf8')
  )
  const fetched = Object.entries(packages).filter(([path, { link }]) => path !== '' && link !== true)
  t.ok(fetched.length > 100)
  for (const [path, { integrity }] of fetched) t.match(integrity, /^sha512-[\w+/]{86}==/, path)
})
