// Makes dist/: kith as one bundle of plain JavaScript, as a package for images and for npm (`npm pack ./dist`).
// A clone runs from src/ without it. docs/building.md says what is in it.
//
//   node scripts/build.mjs [--out FOLDER] [--natives linux-arm64|linux-x64] [--metafile FILE] [--addons] [--without-types]
import {
  chmodSync,
  cpSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync
} from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { bundle } from './build/bundle.mjs'
import { commitOf } from './build/commit.mjs'
import { declarations } from './build/declarations.mjs'
import { licences } from './build/licences.mjs'
import { addons, natives, targets } from './build/natives.mjs'
import { root } from './build/root.mjs'
import { packageManifest } from './package-manifest.mjs'

/** What is in the package as it is in the clone. */
const COPIED = [
  'README.md',
  'CHANGELOG.md',
  'LICENSE',
  'LICENSE-APACHE',
  'LICENSE-MIT',
  'bin/kith.js',
  'deploy/kith.example.yaml',
  'deploy/systemd',
  ...globSync('native/*.[ch]', { cwd: root }),
  'scripts/addons.mjs',
  'scripts/build-native.mjs',
  'scripts/warm-cache.mjs'
]

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: join(root, 'dist') },
    natives: { type: 'string' },
    addons: { type: 'boolean', default: false },
    metafile: { type: 'string' },
    'without-types': { type: 'boolean', default: false }
  }
})
const out = resolve(values.out)

rmSync(out, { recursive: true, force: true })
mkdirSync(out, { recursive: true })
const clone = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const metafile = await bundle(join(out, 'lib'))
if (!values['without-types']) declarations(join(out, 'types'), clone.exports)
for (const name of COPIED) cpSync(join(root, name), join(out, name), { recursive: true })
writeFileSync(join(out, 'THIRD-PARTY-LICENSES.txt'), licences(metafile.inputs))
writeFileSync(
  join(out, 'package.json'),
  `${JSON.stringify(packageManifest(clone, commitOf(root)), undefined, 2)}\n`
)
if (values.metafile !== undefined) writeFileSync(values.metafile, JSON.stringify(metafile))
if (values.natives !== undefined) natives(out, values.natives)
if (values.addons) for (const target of targets) addons(out, target)
// npm and dpkg pack the modes as they are, and those depend on the umask of who builds.
for (const entry of readdirSync(out, { recursive: true, withFileTypes: true }))
  chmodSync(
    join(entry.parentPath, entry.name),
    entry.isDirectory() || entry.name === 'kith.js' ? 0o755 : 0o644
  )
