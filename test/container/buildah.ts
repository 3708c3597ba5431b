import { type ChildProcess, spawn } from 'node:child_process'
import { run } from '../debian/root.ts'

/** What `buildah inspect` says of an image. */
export interface ImageConfig {
  readonly User: string
  readonly Env: readonly string[]
  readonly Entrypoint: readonly string[]
  readonly Cmd: readonly string[]
  readonly WorkingDir: string
  readonly Volumes: Readonly<Record<string, unknown>>
  readonly StopSignal: string
  readonly Labels: Readonly<Record<string, string>>
  readonly Healthcheck?: { readonly Test: readonly string[] }
}

/** buildah with a store of its own, without a daemon and without namespaces: chroot is what every machine allows. */
export class Buildah {
  readonly #global: readonly string[]

  /** @param folder of images and containers; it is the caller's to remove */
  constructor(folder: string) {
    this.#global = ['--root', `${folder}/root`, '--runroot', `${folder}/run`, '--storage-driver', 'vfs']
  }

  /** @returns what it prints @throws Error with its output where it fails */
  async do(...words: string[]): Promise<string> {
    const { status, output } = await this.try(...words)
    if (status === 0) return output.trim()
    throw new Error(`buildah ${words.join(' ')} (${status}):\n${output.slice(-3000)}`)
  }

  try(...words: string[]): Promise<{ status: number | null; output: string }> {
    return run('buildah', [...this.#global, ...words])
  }

  /** A program in a container that goes on; its process group can be ended as a whole. */
  start(container: string, ...words: string[]): ChildProcess {
    const all = [...this.#global, 'run', '--isolation', 'chroot', container, '--', ...words]
    return spawn('buildah', all, { stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  }

  async config(image: string): Promise<ImageConfig> {
    const text = await this.do('inspect', '--type', 'image', image)
    return (JSON.parse(text) as { Docker: { config: ImageConfig } }).Docker.config
  }
}
