import type { ImageConfig } from './buildah.ts'

/** What an engine adds to an image: what `docker run` or compose.yaml say of a container. */
export interface ContainerOptions {
  /** Its host name too. */
  readonly name: string
  /** In place of the image's CMD. */
  readonly command?: readonly string[]
  /** A network namespace of `ip netns`; that of this machine unless given. */
  readonly network?: string
  /** An init of this machine that is to be PID 1, statically linked. */
  readonly init?: string
  readonly isReadOnly?: boolean
  readonly hasNoCapabilities?: boolean
  readonly hasNoNewPrivileges?: boolean
  /** Paths of file systems in memory. */
  readonly tmpfs?: readonly string[]
  /** Bytes. */
  readonly memory?: number
}

interface Mount {
  readonly destination: string
  readonly type: string
  readonly source: string
  readonly options?: readonly string[]
}

/** config.json of a bundle (OCI runtime specification 1.0.0), as far as it is changed here. */
export interface RuntimeSpec {
  readonly process: Readonly<Record<string, unknown>>
  readonly root: Readonly<Record<string, unknown>>
  readonly mounts: readonly Mount[]
  readonly linux: {
    readonly namespaces: readonly { readonly type: string; readonly path?: string }[]
    readonly resources: Readonly<Record<string, unknown>>
  }
}

/** Where an engine puts an init. */
const INIT = '/sbin/docker-init'

/**
 * @param base what `crun spec` writes
 * @param root folder with the files of the image
 * @param volumes folders of this machine by their paths in the container
 */
export function runtimeSpec(
  base: RuntimeSpec,
  image: ImageConfig,
  root: string,
  volumes: ReadonlyMap<string, string>,
  options: ContainerOptions
): RuntimeSpec {
  const { name, command = image.Cmd, network, init, memory, tmpfs = [] } = options
  const [uid, gid] = image.User.split(':').map(Number)
  const first = init === undefined ? [] : [INIT, '--']
  const { rlimits: _, capabilities, ...process } = base.process
  return {
    ...base,
    process: {
      ...process,
      terminal: false,
      user: { uid, gid },
      args: [...first, ...image.Entrypoint, ...command],
      env: [...image.Env, `HOSTNAME=${name}`],
      cwd: image.WorkingDir,
      capabilities: options.hasNoCapabilities ? {} : capabilities,
      noNewPrivileges: options.hasNoNewPrivileges ?? false
    },
    root: { path: root, readonly: options.isReadOnly ?? false },
    mounts: [
      ...base.mounts,
      ...tmpfs.map((path) => mount(path, 'tmpfs', 'tmpfs', 'nosuid', 'nodev', 'mode=1777')),
      ...[...volumes].map(([path, folder]) => mount(path, 'bind', folder, 'bind', 'rw')),
      ...(init === undefined ? [] : [mount(INIT, 'bind', init, 'bind', 'ro')])
    ],
    linux: {
      ...base.linux,
      namespaces: base.linux.namespaces.flatMap((one) => {
        if (one.type !== 'network') return [one]
        return network === undefined ? [] : [{ ...one, path: `/run/netns/${network}` }]
      }),
      resources: { ...base.linux.resources, ...(memory === undefined ? {} : { memory: { limit: memory } }) }
    }
  }
}

function mount(destination: string, type: string, source: string, ...options: string[]): Mount {
  return { destination, type, source, options }
}
