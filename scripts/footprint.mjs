// Writes docs/footprint.md: what the bundle and its parts cost. Figures of time are those of the machine that runs it.
import { spawn, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from './build/root.mjs'
import { sizesOf } from './build/sizes.mjs'

const FLAG = '--max-semi-space-size=2'
const ROUNDS = 3
/** What src/hal/linux/process-memory.ts does. */
const GIVE_BACK = `process.getBuiltinModule('node:module').createRequire('${root}/')(
  './native/build/${process.platform}-${process.arch}/process.node').trim()`
/** Packages that are measured alone: those of package.json, and the larger of those below them. */
const MORE = ['@chainsafe/as-sha256', '@noble/curves/secp256k1.js', '@noble/curves/ed25519.js']

// A short path, as /usr/lib/kith is: Node's loader goes over each character of it for each file.
const folder = mkdtempSync(join(tmpdir(), 'k-'))
try {
  const dist = join(folder, 'dist')
  const words = ['scripts/build.mjs', '--out', dist, '--metafile', join(folder, 'metafile.json')]
  const build = spawnSync(process.execPath, words, { cwd: root, stdio: 'inherit' })
  if (build.status !== 0) process.exit(1)
  // Each shape has the addons. They need no compiler here: the clone's are the same.
  cpSync(join(root, 'native', 'build'), join(dist, 'native', 'build'), { recursive: true })
  writeFileSync(join(root, 'docs/footprint.md'), await page(dist))
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function page(dist) {
  const { files, bytes, parts } = sizesOf(
    dist,
    JSON.parse(readFileSync(join(folder, 'metafile.json'), 'utf8'))
  )
  const bare = alone('0')
  const trimmed = alone(GIVE_BACK)
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  // @noble/curves has parts alone, of which MORE has those that are used.
  const whole = Object.keys(dependencies).filter((name) => name !== '@noble/curves')
  const packages = [...whole, ...MORE]
  const nodes = [
    ['the bundle', join(dist, 'bin/kith.js'), []],
    ['the bundle without mDNS', join(dist, 'bin/kith.js'), ['--set', 'mdns=false']],
    ['the sources of a clone', join(root, 'bin/kith.js'), []]
  ]
  const rows = []
  for (const [name, program, options] of nodes) rows.push(await medianOfNode(name, program, options))
  return `# Footprint

Made by \`npm run footprint\` with Node ${process.versions.node} on ${cpus()[0]?.model.trim()} (${process.arch}), medians
of ${ROUNDS}; other programs may have run meanwhile. RSS counts pages of the Node binary that are in use and shared with other processes of Node.
Five seconds after its start kith gives back those that only the start used ([performance.md](performance.md)).

## A simulated node

Idle for 8 s with \`${FLAG}\`, one sensor, gossip, journal and control socket, no neighbour; a filled compile cache.
Bare Node takes ${mb(bare.rss)} MB, and ${mb(trimmed.rss)} MB where it gives back the same.

| | first answer over the control socket, ms | RSS, MB | of it the process's own |
|---|---|---|---|
${rows.join('\n')}

## The bundle

${files} files of JavaScript, ${bytes} bytes in all, of which a node loads what it needs. A test fails when the sum grows
by more than a tenth over this figure; run \`npm run footprint\` where that is meant.

| part | bytes |
|---|---|
${parts.map(([name, size]) => `| ${name} | ${size} |`).join('\n')}

## Each dependency alone

What importing the package from \`node_modules\` into bare Node takes. Packages share what they import, so that the
figures do not add up; in the bundle they are smaller.

| package | MB | ms |
|---|---|---|
${packages.map((name) => rowOf(name, bare)).join('\n')}
`
}

function rowOf(name, bare) {
  const { rss, ms } = alone(`await import('${importable(name)}')`)
  return `| ${name} | ${mb(rss - bare.rss)} | ${ms.toFixed(0)} |`
}

/** A package without a main file has what kith imports of it below. */
function importable(name) {
  return name === '@libp2p/crypto'
    ? '@libp2p/crypto/keys'
    : name === 'multiformats'
      ? 'multiformats/cid'
      : name
}

/** Runs code in a new process. @returns medians: bytes of memory a second after, and milliseconds */
function alone(code) {
  const program = `const from = performance.now(); ${code}; const ms = performance.now() - from
    setTimeout(() => { console.log(JSON.stringify({ rss: process.memoryUsage.rss(), ms })); process.exit() }, 500)`
  const runs = Array.from({ length: ROUNDS }, () => {
    const { stdout, stderr } = spawnSync(process.execPath, [FLAG, '--input-type=module', '--eval', program], {
      cwd: root,
      encoding: 'utf8'
    })
    if (stdout === '') throw new Error(stderr)
    return JSON.parse(stdout)
  })
  return { rss: median(runs.map(({ rss }) => rss)), ms: median(runs.map(({ ms }) => ms)) }
}

async function medianOfNode(name, program, options) {
  const runs = []
  // The first fills the cache.
  for (let round = 0; round <= ROUNDS; round++) runs.push(await runNode(program, options))
  const of = (key) => median(runs.slice(1).map((run) => run[key]))
  return `| ${name} | ${of('ms').toFixed(0)} | ${mb(of('rss'))} | ${mb(of('own'))} |`
}

async function runNode(program, options) {
  const home = join(folder, 'home')
  const from = performance.now()
  const words = ['run', '--simulated', '--quiet', '--home', home, '--set', 'listen=[/ip4/127.0.0.1/tcp/0]']
  const node = spawn(process.execPath, [FLAG, program, ...words, ...options], {
    stdio: 'ignore',
    env: { ...process.env, NODE_COMPILE_CACHE: join(folder, 'cache') }
  })
  const ended = new Promise((resolve) => node.on('exit', resolve))
  try {
    const socket = join(home, 'control.sock')
    while (!(existsSync(socket) && (await answers(socket)))) {
      if (node.exitCode !== null) throw new Error(`${program} ended with ${node.exitCode}`)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    const ms = performance.now() - from
    await new Promise((resolve) => setTimeout(resolve, 8000))
    const status = readFileSync(`/proc/${node.pid}/status`, 'utf8')
    const bytes = (field) => Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1]) * 1024
    return { ms, rss: bytes('VmRSS'), own: bytes('RssAnon') }
  } finally {
    node.kill('SIGTERM')
    await ended
  }
}

async function answers(socketPath) {
  const { request } = process.getBuiltinModule('node:http')
  return await new Promise((resolve) => {
    const asked = request({ socketPath, path: '/status' }, (answer) => {
      answer.resume()
      resolve(answer.statusCode === 200)
    })
    asked.on('error', () => resolve(false))
    asked.end()
  })
}

function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]
}

function mb(bytes) {
  return (bytes / 1024 / 1024).toFixed(1)
}
