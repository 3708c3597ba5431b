import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { run } from '../debian/root.ts'
import type { ImageConfig } from './buildah.ts'
import { type ContainerOptions, type RuntimeSpec, runtimeSpec } from './runtime-spec.ts'

/** Real milliseconds for a program in a container, and until the container has stopped. */
const EXEC_MS = 180_000
const STOP_MS = 60_000
/** crun 1.8 refuses a machine with both versions of cgroups; it is shown the first one alone. */
const CGROUPS = 'umount -l /sys/fs/cgroup/unified 2>&-; exec crun "$@"'

/**
 * An image's process by crun, as an engine starts it: in namespaces of its own, as the image's user, each of its volumes
 * in a folder that begins with what the image has there, and that is kept when it stops.
 */
export class Container {
  readonly #id: string
  readonly #folder: string
  readonly #root: string
  readonly #image: ImageConfig
  readonly #options: ContainerOptions
  #spec: RuntimeSpec | undefined
  #process: ChildProcess | undefined
  #execs = 0
  #log = ''

  /**
   * @param folder for its state and volumes; it is the caller's to remove
   * @param root folder with the files of the image; it is written to unless isReadOnly
   */
  constructor(folder: string, root: string, image: ImageConfig, options: ContainerOptions) {
    this.#id = `kith-${process.pid}-${options.name}`
    this.#folder = join(folder, options.name)
    this.#root = root
    this.#image = image
    this.#options = options
  }

  /** What its process wrote since it was started. */
  get log(): string {
    return this.#log
  }

  async start(): Promise<void> {
    mkdirSync(this.#folder, { recursive: true })
    const volumes = new Map<string, string>()
    for (const [index, path] of Object.keys(this.#image.Volumes).entries())
      volumes.set(path, await this.#volume(path, index))
    const file = join(this.#folder, 'config.json')
    if (!existsSync(file)) await this.#crun('spec', '--bundle', this.#folder)
    const base = JSON.parse(readFileSync(file, 'utf8')) as RuntimeSpec
    this.#spec = runtimeSpec(base, this.#image, this.#root, volumes, this.#options)
    const config = join(this.#folder, 'started.json')
    writeFileSync(config, JSON.stringify(this.#spec))
    this.#log = ''
    const words = this.#words('run', '--bundle', this.#folder, '--config', config, this.#id)
    const child = spawn('unshare', words, { stdio: ['ignore', 'pipe', 'pipe'] })
    this.#process = child
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (bytes: Buffer) => {
        this.#log += bytes.toString()
      })
  }

  /** @returns the match in what it writes @throws Error where it ends, or writes no such thing in time */
  async waitFor(pattern: RegExp, limit: number): Promise<RegExpExecArray> {
    const deadline = AbortSignal.timeout(limit)
    for (;;) {
      const found = pattern.exec(this.#log)
      if (found !== null) return found
      const { exitCode = null } = this.#process ?? {}
      if (exitCode !== null) throw new Error(`it ended with status ${exitCode}:\n${this.#log}`)
      if (deadline.aborted) throw new Error(`no ${pattern} within ${limit} ms:\n${this.#log}`)
      await delay(100)
    }
  }

  /** A program beside its process, as `docker exec` starts it: as the same user, confined as it is. */
  async exec(...args: string[]): ReturnType<typeof run> {
    const { process: spec } = this.#spec ?? { process: {} }
    const file = join(this.#folder, `exec-${this.#execs++}.json`)
    writeFileSync(file, JSON.stringify({ ...spec, args }))
    return await run('unshare', this.#words('exec', '--process', file, this.#id), EXEC_MS)
  }

  /** Sends the image's stop signal, and waits. @throws Error where it ends with another status than 0 */
  async stop(): Promise<void> {
    const child = this.#process
    if (child === undefined) throw new Error(`${this.#options.name} does not run`)
    const ended = once(child, 'exit', { signal: AbortSignal.timeout(STOP_MS) })
    await this.#crun('kill', this.#id, this.#image.StopSignal)
    const [status] = await ended
    this.#process = undefined
    if (status !== 0) throw new Error(`${this.#options.name} ended with status ${status}:\n${this.#log}`)
  }

  /** Ends it in whatever state it is. */
  async end(): Promise<void> {
    await run('unshare', this.#words('delete', '--force', this.#id))
  }

  async #volume(path: string, index: number): Promise<string> {
    const folder = join(this.#folder, `volume-${index}`)
    if (existsSync(folder)) return folder
    const { status, output } = await run('cp', ['-a', join(this.#root, path), folder])
    if (status !== 0) throw new Error(output)
    return folder
  }

  #words(...words: string[]): string[] {
    const state = join(this.#folder, 'state')
    return ['--mount', 'sh', '-c', CGROUPS, 'crun', '--root', state, ...words]
  }

  async #crun(...words: string[]): Promise<void> {
    const { status, output } = await run('unshare', this.#words(...words))
    if (status !== 0) throw new Error(`crun ${words.join(' ')} (${status}):\n${output}`)
  }
}
