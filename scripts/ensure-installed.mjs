// Run before npm's start, test, kith …, by whatever Node the system has: plain JavaScript.
// Installs when node_modules is missing, unfinished or of another lockfile:
//
//     node scripts/ensure-installed.mjs        everything
//     node scripts/ensure-installed.mjs run    what running a node needs, without linter, compiler and test runner
import { spawnSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const wanted = join(root, 'package-lock.json')
// npm writes this file at the end of every complete install.
const installed = join(root, 'node_modules', '.package-lock.json')
/** The major version of Node that kith is run with (package.json, engines). */
const NODE = 24
const runOnly = process.argv[2] === 'run' && hasNode(process, packages(wanted))

if (!(runOnly && isNewer()) && !holds(runOnly)) {
  console.error('kith: installing what is missing (once, about a minute)')
  // `npm ci` deletes node_modules first, which a running node may be using: what was left out is added.
  const adds = !runOnly && holds(true)
  const how = runOnly
    ? ['ci', '--omit=dev']
    : adds
      ? ['install', '--no-save', '--include=dev']
      : ['ci', '--include=dev']
  const npm = spawnSync('npm', [...how, '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32'
  })
  if (npm.status !== 0) {
    const why = npm.error ? ` (${npm.error.message})` : ''
    console.error(`kith: not installed${why}; the first start needs npm and the network: npm ci`)
    process.exitCode = npm.status ?? 1
  }
}

/**
 * Whether a Node that is new enough runs this, or is installed without what only development needs: the package
 * `node`, which fetches one for any other system, is for development.
 */
function hasNode({ versions, platform, arch }, locked) {
  return Number.parseInt(versions.node, 10) >= NODE || `node_modules/node-${platform}-${arch}` in locked
}

function isNewer() {
  return changed(installed) > 0 && changed(installed) >= changed(wanted)
}

function changed(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
}

/**
 * Whether the installed packages are those of the lockfile. Times alone are not enough: Git gives a file that it
 * writes again a new time, and `npm ci` deletes node_modules first, which without a network would lose a good
 * install. Neither do they tell whether an install left out what only development needs.
 */
function holds(withoutDev) {
  if (changed(installed) === 0) return false
  const there = packages(installed)
  return Object.entries(packages(wanted)).every(
    ([path, { version, integrity, optional, devOptional, dev }]) => {
      // npm leaves out packages for other systems, and optional ones that could not be installed.
      if (there[path] === undefined)
        return path === '' || optional === true || (withoutDev && (dev === true || devOptional === true))
      return there[path].version === version && there[path].integrity === integrity
    }
  )
}

function packages(lockfile) {
  return JSON.parse(readFileSync(lockfile, 'utf8')).packages
}
