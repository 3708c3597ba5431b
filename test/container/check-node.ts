import { join } from 'node:path'
import { run } from '../debian/root.ts'
import { freePort } from '../support/process/free-port.ts'
import { answerOf } from './answer.ts'
import type { Buildah, ImageConfig } from './buildah.ts'
import { Container } from './container.ts'

interface Built {
  readonly image: string
  readonly clone: string
  readonly architecture: string
  readonly isEmulated: boolean
  /** For what the container writes. */
  readonly folder: string
}

/** Real milliseconds until an emulated node answers. */
const START_MS = 180_000
/** Bytes that are ours in the image. */
const MAX_BYTES = 15e6

/**
 * Starts the image's own command in a container, as `docker run --network host` does, and looks at it from inside and
 * from this machine.
 * @returns what was found to be so @throws Error for what is not
 */
export async function checkNode(buildah: Buildah, built: Built): Promise<string[]> {
  const { clone, architecture } = built
  const image = await buildah.config(built.image)
  const health = healthOf(image)
  const { container, root } = await buildah.from(built.image, architecture)
  const size = await sizeOf(join(root, 'kith'))
  const machine = await buildah.within(container, 'node', '-p', 'process.arch + " " + process.getuid()')
  const expected = `${architecture === 'amd64' ? 'x64' : 'arm64'} ${image.User.split(':')[0]}`
  if (machine.output.trim() !== expected) throw new Error(`${machine.output}, not ${expected}`)
  if ((await buildah.within(container, ...health)).status === 0)
    throw new Error('it is healthy although no node runs')
  const port = await freePort()
  const listen = ['--set', `listen=[/ip4/127.0.0.1/tcp/${port}]`, '--set', 'mdns=false']
  const node = new Container(built.folder, root, image, { name: 'alone', command: [...image.Cmd, ...listen] })
  const began = performance.now()
  try {
    await node.start()
    const [line] = await node.waitFor(/^.*"msg":"started".*$/m, START_MS)
    const seconds = ((performance.now() - began) / 1000).toFixed(1)
    const { peer } = JSON.parse(line) as { peer: string }
    const address = `/ip4/127.0.0.1/tcp/${port}/p2p/${peer}`
    const words = [
      join(clone, 'bin/kith.js'),
      'ask',
      address,
      '/sensor/temp/v1',
      '--json',
      '--timeout',
      '60s'
    ]
    const answer = await answerOf(() => run(process.execPath, words, START_MS), built.isEmulated)
    const healthy = await node.exec(...health)
    if (healthy.status !== 0) throw new Error(`it is not healthy: ${healthy.output}`)
    // As docs/operations.md has it; tar finds an error in what is cut off.
    const backup = await node.exec('sh', '-c', 'kith backup - 2> /dev/null | tar -tf -')
    if (backup.status !== 0 || !/^home\/identity\.key$/m.test(backup.output))
      throw new Error(`kith backup - wrote: ${backup.output}`)
    await node.stop()
    return [
      `${(size / 1e6).toFixed(1)} MB are added to the base`,
      `runs as ${expected}, and is unhealthy without a node`,
      `started after ${seconds} s, and this machine was answered: ${answer}`,
      'is healthy, is backed up into a pipe, and ends by SIGTERM with status 0'
    ]
  } catch (error) {
    throw new Error(`with the log\n${node.log}`, { cause: error })
  } finally {
    await node.end()
  }
}

function healthOf({ Healthcheck, StopSignal, Labels }: ImageConfig): string[] {
  const [kind, ...health] = Healthcheck?.Test ?? []
  if (kind !== 'CMD' || health.length === 0) throw new Error('the health check is not in exec form')
  if (StopSignal !== 'SIGTERM' || Labels['org.opencontainers.image.version'] !== 'test')
    throw new Error(`stop signal ${StopSignal}, labels ${JSON.stringify(Labels)}`)
  return health
}

async function sizeOf(folder: string): Promise<number> {
  const { output } = await run('du', ['-sb', folder])
  const bytes = Number.parseInt(output, 10)
  if (!(bytes < MAX_BYTES)) throw new Error(`${output.trim()}: more than ${MAX_BYTES} bytes`)
  return bytes
}
