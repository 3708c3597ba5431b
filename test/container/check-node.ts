import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { run } from '../debian/root.ts'
import type { Buildah } from './buildah.ts'

interface Built {
  readonly image: string
  readonly container: string
  readonly clone: string
  readonly architecture: string
}

/** Real milliseconds until an emulated node answers, and until it has stopped. */
const START_MS = 180_000
const STOP_MS = 20_000

/**
 * Starts the image's own command in a container, as its own user, and looks at it from inside and from this machine.
 * @returns what was found to be so @throws Error for what is not
 */
export async function checkNode(buildah: Buildah, built: Built): Promise<string[]> {
  const { image, container, clone, architecture } = built
  const { User, Entrypoint, Cmd, Healthcheck, StopSignal, Labels } = await buildah.config(image)
  const [kind, ...health] = Healthcheck?.Test ?? []
  if (kind !== 'CMD' || health.length === 0) throw new Error('the health check is not in exec form')
  if (StopSignal !== 'SIGTERM' || Labels['org.opencontainers.image.version'] !== 'test')
    throw new Error(`stop signal ${StopSignal}, labels ${JSON.stringify(Labels)}`)
  const within = (...words: string[]) =>
    buildah.try('run', '--isolation', 'chroot', container, '--', ...words)
  const machine = await within('node', '-p', 'process.arch + " " + process.getuid()')
  const expected = `${architecture === 'amd64' ? 'x64' : 'arm64'} ${User.split(':')[0]}`
  if (machine.output.trim() !== expected) throw new Error(`${machine.output}, not ${expected}`)
  if ((await within(...health)).status === 0) throw new Error('it is healthy although no node runs')
  const port = await freePort()
  const listen = ['--set', `listen=[/ip4/127.0.0.1/tcp/${port}]`, '--set', 'mdns=false']
  const began = performance.now()
  const child = buildah.start(container, ...Entrypoint, ...Cmd, ...listen)
  try {
    const peer = await startedPeer(child)
    const seconds = ((performance.now() - began) / 1000).toFixed(1)
    const answer = await askFromHost(clone, `/ip4/127.0.0.1/tcp/${port}/p2p/${peer}`)
    const healthy = await within(...health)
    if (healthy.status !== 0) throw new Error(`it is not healthy: ${healthy.output}`)
    await stop(child)
    return [
      `runs as ${expected}, and is unhealthy without a node`,
      `started after ${seconds} s, and this machine was answered: ${answer}`,
      'is healthy, and ends by SIGTERM with status 0'
    ]
  } finally {
    if (child.exitCode === null && child.signalCode === null) signal(child, 'SIGKILL')
  }
}

/** The PeerId of the log line `started`. */
async function startedPeer(child: ChildProcess): Promise<string> {
  let log = ''
  const found = new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no node within ${START_MS} ms:\n${log}`)), START_MS)
    child.once('exit', (status) => reject(new Error(`it ended with ${status}:\n${log}`)))
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (bytes: Buffer) => {
        log += bytes.toString()
        const peer = /"msg":"started"[^\n]*"peer":"(\w+)"|"peer":"(\w+)"[^\n]*"msg":"started"/.exec(log)
        if (peer === null) return
        clearTimeout(timer)
        resolve(String(peer[1] ?? peer[2]))
      })
  })
  return await found
}

async function askFromHost(clone: string, address: string): Promise<string> {
  const words = [join(clone, 'bin/kith.js'), 'ask', address, '/sensor/temp/v1', '--json', '--timeout', '60s']
  const { status, output } = await run(process.execPath, words, START_MS)
  const value = /"value":(-?[\d.]+)/.exec(output)?.[1]
  if (status !== 0 || value === undefined) throw new Error(`kith ask ended with ${status}:\n${output}`)
  return `${value} °C`
}

/** As an engine does: the node alone gets the signal. buildah, which got it too, would end with a status of its own. */
async function stop(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit', { signal: AbortSignal.timeout(STOP_MS) })
  process.kill(await innermost(child), 'SIGTERM')
  const [status] = await ended
  if (status !== 0) throw new Error(`it ended with status ${status}`)
}

/** The process without children among those that buildah started, one by the other. */
async function innermost(child: ChildProcess): Promise<number> {
  const { output } = await run('ps', ['-e', '-o', 'pid=,ppid='])
  const rows = output
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/ +/).map(Number))
  const childOf = new Map(rows.map(([pid = 0, parent = 0]) => [parent, pid]))
  let pid = child.pid ?? 0
  for (let next = childOf.get(pid); next !== undefined; next = childOf.get(pid)) pid = next
  return pid
}

function signal(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.pid !== undefined) process.kill(-child.pid, name)
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  await new Promise((done) => server.close(done))
  return typeof address === 'object' && address !== null ? address.port : 0
}
