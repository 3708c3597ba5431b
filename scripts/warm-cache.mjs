// Fills Node's compile cache by starting a simulated node and asking it, so that the first real start is as fast as
// the next:
//
//   NODE_COMPILE_CACHE=FOLDER node [OPTIONS OF NODE] scripts/warm-cache.mjs
//
// For an installer, as the user that runs kith: Node keeps the cache apart by version, processor and user. The options
// are those that kith is run with.
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const kith = fileURLToPath(new URL('../bin/kith.js', import.meta.url))
const home = mkdtempSync(join(tmpdir(), 'kith-warm-'))
/** Milliseconds: an emulated processor takes half a minute. */
const DEADLINE = 120_000
const QUIET = ['--set', 'mdns=false', '--set', 'listen=[/ip4/127.0.0.1/tcp/0]']

const words = (...given) => [...process.execArgv, kith, ...given, '--home', home]
const options = { stdio: 'ignore', timeout: DEADLINE }
const node = spawn(process.execPath, words('run', '--simulated', '--quiet', ...QUIET), options)
const ended = new Promise((resolve) => node.on('exit', resolve))
try {
  const until = Date.now() + DEADLINE
  while (node.exitCode === null && !answers() && Date.now() < until)
    await new Promise((resolve) => setTimeout(resolve, 100))
  // Node writes the cache when a process ends.
  node.kill('SIGTERM')
  await ended
  if (node.exitCode !== 0) throw new Error(`kith run ended with ${node.exitCode ?? node.signalCode}`)
} catch (error) {
  console.error(`kith: the compile cache was not filled: ${error.message}`)
  process.exitCode = 1
} finally {
  rmSync(home, { recursive: true, force: true })
}

function answers() {
  return spawnSync(process.execPath, words('status', '--running', '--json'), options).status === 0
}
