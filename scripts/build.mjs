// Makes dist/: kith in plain JavaScript, as a package for images and for npm (`npm pack ./dist`).
// A clone runs from src/ without it. A package cannot, because Node does not strip types below node_modules.
// The tree in dist/ is that of the clone, so that paths relative to a file are valid in both.
import { spawnSync } from 'node:child_process'
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { packageManifest } from './package-manifest.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const dist = join(root, 'dist')

rmSync(dist, { recursive: true, force: true })
const compiler = spawnSync('tsc', ['-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
  shell: process.platform === 'win32'
})
if (compiler.status !== 0) process.exit(compiler.status ?? 1)

const besides = ['README.md', 'CHANGELOG.md', 'LICENSE', 'LICENSE-APACHE', 'LICENSE-MIT']
const files = [
  'bin/kith.js',
  'deploy/kith.example.yaml',
  'native/gpio.c',
  'native/memory.c',
  'scripts/build-native.mjs'
]
for (const name of [...besides, ...files]) cpSync(join(root, name), join(dist, name))
const clone = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
writeFileSync(join(dist, 'package.json'), `${JSON.stringify(packageManifest(clone), undefined, 2)}\n`)
