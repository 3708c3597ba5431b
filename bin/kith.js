#!/usr/bin/env node
// Plain JavaScript that an old Node can read as well: it says what is missing before anything fails.
import { spawn } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import * as module from 'node:module'
import { constants, homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The major version of Node that kith is tested with (package.json, engines). */
const WANTED = 24

if (Number(process.versions.node.split('.')[0]) < WANTED) {
  // A clone has a Node of its own beside its packages.
  const own = fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url))
  if (existsSync(own) && realpathSync(own) !== realpathSync(process.execPath)) await runWith(own)
  console.error(
    `kith needs Node ${WANTED} or newer, and this is ${process.version}. ` +
      'In the clone, `npm run kith -- ...` brings its own.'
  )
  process.exit(2)
}

// node:sqlite and type stripping are what kith is built on; that they are young is no news to its users.
const emitWarning = process.emitWarning
process.emitWarning = (warning, ...rest) => {
  const type = typeof rest[0] === 'string' ? rest[0] : rest[0]?.type
  if (type === 'ExperimentalWarning' && /sqlite|type stripping/i.test(String(warning))) return
  emitWarning.call(process, warning, ...rest)
}

// $NODE_COMPILE_CACHE goes before. Not the temporary folder, Node's usual place: code that others could
// put there would be run.
module.enableCompileCache(join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'kith'))
// Node writes it when a process ends; one that is killed, or loses its power, leaves it as well.
setTimeout(() => module.flushCompileCache(), 60_000).unref()
// In a clone the sources run as they are; an image or a package has them bundled (npm run build).
const source = new URL('../src/main.ts', import.meta.url)
await import(existsSync(source) ? source.href : new URL('../lib/main.js', import.meta.url).href)

/** Runs this program with another Node, and ends as it does. */
function runWith(node) {
  // A terminal, or timeout(1), sends its signals to both processes; kill(1) to this one. This one ends with the other.
  const relay = (signal) => setTimeout(() => child.kill(signal), 150)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, relay)
  // src/cli/repeated-signal.ts takes no notice of the second one.
  const env = { ...process.env, _KITH_SIGNALS_RELAYED: '1' }
  const child = spawn(node, [...process.execArgv, ...process.argv.slice(1)], { stdio: 'inherit', env })
  return new Promise((_, reject) => {
    child.on('error', reject)
    child.on('exit', (status, signal) => process.exit(status ?? 128 + constants.signals[signal]))
  })
}
