// Run before npm's start, test, kith …, by whatever Node the system has: plain JavaScript.
// Runs `npm ci` when node_modules is missing or older than the lockfile.
import { spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
// npm writes this file at the end of every complete install.
const installed = time(join(root, 'node_modules', '.package-lock.json'))
const wanted = time(join(root, 'package-lock.json'))

if (installed < wanted) {
  console.error('kith: installing what is missing (once, about a minute)')
  const npm = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32'
  })
  process.exitCode = npm.status ?? 1
}

function time(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
}
