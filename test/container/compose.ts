import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parse } from 'yaml'
import { Segment } from '../support/namespaces/segment.ts'
import { answerOf } from './answer.ts'
import type { Buildah, ImageConfig } from './buildah.ts'
import { Container } from './container.ts'
import type { ContainerOptions } from './runtime-spec.ts'

export interface ComposeRun {
  readonly clone: string
  readonly folder: string
  readonly image: string
  readonly architecture: string
  /** Whether its programs are emulated: the emulator takes more memory than mem_limit gives. */
  readonly isEmulated: boolean
}

/** Real milliseconds until both, emulated on a machine with other work, have found each other. */
const FIND_MS = 300_000
/** The package `tini` has it; an engine brings its own. */
const INIT = '/usr/bin/tini-static'

/** Ends with 0 where the last line does. */
const TRY = [
  'exec 2>&1',
  'cat /proc/self/status',
  'touch /kith/x',
  'touch /home/kith/x',
  'touch /tmp/x && rm /tmp/x && echo tmp',
  'touch state/x && rm state/x && stat -c %a state'
].join('\n')

/** What compose.yaml may say of a service here: anything else would be left out without a word. */
interface Service {
  readonly image: string
  readonly build?: string
  readonly init: boolean
  readonly restart: string
  readonly read_only: boolean
  readonly tmpfs: readonly string[]
  readonly cap_drop: readonly string[]
  readonly security_opt: readonly string[]
  readonly mem_limit: string
  readonly command: readonly string[]
  readonly volumes: readonly string[]
  readonly depends_on?: readonly string[]
}
const KEYS: readonly (keyof Service)[] = [
  'image',
  'build',
  'init',
  'restart',
  'read_only',
  'tmpfs',
  'cap_drop',
  'security_opt',
  'mem_limit',
  'command',
  'volumes',
  'depends_on'
]

/**
 * Runs the services of compose.yaml on a bridge of their own, as the network that compose makes of it.
 * @returns what was found to be so @throws Error for what is not
 */
export async function checkCompose(buildah: Buildah, run: ComposeRun): Promise<string[]> {
  const text = readFileSync(join(run.clone, 'compose.yaml'), 'utf8')
  const { services } = parse(text, { merge: true }) as { services: Readonly<Record<string, Service>> }
  const image = await buildah.config(run.image)
  mkdirSync(run.folder, { recursive: true })
  const segment = new Segment()
  const containers = new Map<string, Container>()
  try {
    for (const [index, [name, service]] of Object.entries(services).entries()) {
      const machine = segment.machine(name, `172.18.0.${2 + index}`)
      machine.ip('route', 'add', 'default', 'via', '172.18.0.1')
      const { root } = await buildah.from(run.image, run.architecture)
      const options = optionsOf(name, service, machine.name, run.isEmulated)
      const container = new Container(run.folder, root, image, options)
      containers.set(name, container)
      await container.start()
    }
    return await checkServices(containers, image, run.isEmulated)
  } catch (error) {
    const logs = [...containers].map(([name, { log }]) => `${name}:\n${log}`)
    throw new Error(`with the logs\n${logs.join('')}`, { cause: error })
  } finally {
    for (const container of containers.values()) await container.end()
    segment.end()
  }
}

function optionsOf(name: string, service: Service, network: string, isEmulated: boolean): ContainerOptions {
  const unknown = Object.keys(service).filter((key) => !KEYS.some((one) => one === key))
  if (unknown.length > 0) throw new Error(`compose.yaml, ${name}: ${unknown} is not tried here`)
  const [size, unit] = [Number.parseInt(service.mem_limit, 10), service.mem_limit.at(-1)]
  if (unit !== 'm') throw new Error(`compose.yaml, ${name}: mem_limit ${service.mem_limit} is not in m`)
  return {
    name,
    network,
    command: service.command,
    isReadOnly: service.read_only,
    hasNoCapabilities: service.cap_drop.includes('ALL'),
    hasNoNewPrivileges: service.security_opt.includes('no-new-privileges:true'),
    tmpfs: service.tmpfs,
    ...(service.init ? { init: INIT } : {}),
    ...(isEmulated ? {} : { memory: size * 2 ** 20 })
  }
}

async function checkServices(
  containers: ReadonlyMap<string, Container>,
  image: ImageConfig,
  isEmulated: boolean
): Promise<string[]> {
  const done: string[] = []
  const began = performance.now()
  for (const [name, container] of containers) {
    await container.waitFor(/"msg":"started"/, FIND_MS)
    await checkConfinement(name, container, image)
    for (const other of [...containers.keys()].filter((one) => one !== name)) {
      const way = await waitForNeighbour(container, other)
      const words = ['ask', other, 'temperature', '--stream', '--timeout', '60s', '--json']
      const answer = await answerOf(() => container.exec('kith', ...words), isEmulated)
      done.push(`compose: ${name} found ${other} (${way}), and was answered: ${answer}`)
    }
  }
  done.push(`compose: ${Math.round((performance.now() - began) / 1000)} s from the start to both answers`)
  const [hall] = containers.values()
  if (hall === undefined) throw new Error('compose.yaml has no services')
  const identity = await kith(hall, 'id')
  await hall.stop()
  await hall.start()
  await hall.waitFor(/"msg":"started"/, FIND_MS)
  if ((await kith(hall, 'id')) !== identity) throw new Error('it has another PeerId after a restart')
  for (const container of containers.values()) await container.stop()
  done.push('compose: after a restart it has the same PeerId, and each ends by SIGTERM with status 0')
  return done
}

/** As the file says: nothing but the volume and /tmp can be written, and nothing is allowed beyond a user's. */
async function checkConfinement(name: string, container: Container, image: ImageConfig): Promise<void> {
  const { status, output } = await container.exec('sh', '-c', TRY)
  const [uid] = image.User.split(':')
  const expected = [
    new RegExp(`^Uid:\\s+${uid}\\s`, 'm'),
    /^CapEff:\s+0+$/m,
    /^CapBnd:\s+0+$/m,
    /^NoNewPrivs:\s+1$/m
  ]
  const writes = output.match(/Read-only file system/g)?.length === 2 && output.endsWith('tmp\n700\n')
  if (status !== 0 || !writes || expected.some((one) => !one.test(output)))
    throw new Error(`${name} is not confined (${status}):\n${output}`)
  const health = await container.exec(...(image.Healthcheck?.Test.slice(1) ?? []))
  if (health.status !== 0) throw new Error(`${name} is not healthy: ${health.output}`)
}

/** @returns the path to it */
async function waitForNeighbour(container: Container, other: string): Promise<string> {
  const deadline = AbortSignal.timeout(FIND_MS)
  for (;;) {
    const peers = JSON.parse(await kith(container, 'peers')) as { name?: string; path?: { text: string } }[]
    const found = peers.find(({ name, path }) => name === other && path !== undefined)
    if (found?.path !== undefined) return found.path.text
    if (deadline.aborted) throw new Error(`no ${other} within ${FIND_MS} ms: ${JSON.stringify(peers)}`)
    await delay(500)
  }
}

/** A command of kith beside the node. @returns the JSON that it prints */
async function kith(container: Container, ...words: string[]): Promise<string> {
  const { status, output } = await container.exec('kith', ...words, '--json')
  if (status !== 0) throw new Error(`kith ${words.join(' ')} (${status}):\n${output}`)
  return output
}
