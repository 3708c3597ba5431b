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

interface Inspected {
  readonly Docker: { readonly config: ImageConfig }
  /** As it is stored: StoredConfig as JSON. */
  readonly Config: string
}

interface StoredConfig {
  readonly container?: string
  readonly container_config?: object
  readonly rootfs: { readonly diff_ids: readonly string[] }
  readonly config: ImageConfig & { readonly Hostname?: string }
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

  /** A program in a container that is not started, as its image's user. */
  within(container: string, ...words: string[]): ReturnType<Buildah['try']> {
    return this.try('run', '--isolation', 'chroot', container, '--', ...words)
  }

  /** A container of an image. @returns its name, and the folder with its files */
  async from(image: string, architecture: string): Promise<{ container: string; root: string }> {
    const container = await this.do('from', '--pull-never', '--arch', architecture, image)
    return { container, root: await this.do('mount', container) }
  }

  async config(image: string): Promise<ImageConfig> {
    return (await this.#inspect(image)).Docker.config
  }

  /**
   * The digests of its layers as archives, and the rest of its configuration: without the names of the container that it
   * was built in, which the format of Docker keeps and buildah makes up.
   */
  async identity(image: string): Promise<{ layers: readonly string[]; configuration: string }> {
    const {
      container: _,
      container_config: __,
      rootfs,
      config: { Hostname: ___, ...config },
      ...rest
    } = JSON.parse((await this.#inspect(image)).Config) as StoredConfig
    return { layers: rootfs.diff_ids, configuration: JSON.stringify({ ...rest, config }) }
  }

  async #inspect(image: string): Promise<Inspected> {
    return JSON.parse(await this.do('inspect', '--type', 'image', image)) as Inspected
  }
}
