// Run before the tests: tap is generated from its plugins, and a fresh install has the plugin that compiles
// TypeScript, which .taprc excludes. Runs once after an install; 4 s.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const generated = join(root, 'node_modules/@tapjs/test/test-built/dist/esm/index.js')

if (!existsSync(generated) || readFileSync(generated, 'utf8').includes('@tapjs/typescript')) {
  const tap = spawnSync('tap', ['build'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32'
  })
  process.exitCode = tap.status ?? 1
}
