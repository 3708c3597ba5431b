import { NodeError } from '../error.ts'
import type { MachineSize } from './machine-size.ts'
import type { NodeConfig } from './schema.ts'
import { scaledSections } from './sections.ts'

const MIB = 1024 ** 2
/** Connections for which the tables have their least size, and that `auto` gives at least. */
export const BASE_CONNECTIONS = 256
/** More has to be written. */
const MOST_CONNECTIONS = 4096
/** Of memory, heap and files: a connection takes 0.3 MiB with its streams and tables, half of it heap, and one file. */
const MEMORY_OF_ONE = 2 * MIB
const HEAP_OF_ONE = MIB / 4
/** Part of the files that connections may take: databases, sensors and sockets of others need some, too. */
const SHARE_OF_FILES = 3 / 4
/** Files that a node opens beside its connections. */
const OTHER_FILES = 64

const CONNECTIONS = 'limits.network.connections'

/** `limits.network.connections: auto` */
export function connectionsOf({ memory, heap, files }: MachineSize): number {
  const borne = Math.min(MOST_CONNECTIONS, memory / MEMORY_OF_ONE, heap / HEAP_OF_ONE)
  const inFiles = Math.min(files * SHARE_OF_FILES, files - OTHER_FILES)
  return Math.floor(Math.min(inFiles, Math.max(BASE_CONNECTIONS, borne)))
}

/** The configuration with the number of each limit that grows with the connections where it says `auto`. */
export function withScaledLimits(config: NodeConfig, machine: MachineSize): NodeConfig {
  // A number by its type, which it is once this is done.
  const configured: unknown = config.limits.network.connections
  const connections = typeof configured === 'number' ? configured : connectionsOf(machine)
  const factor = Math.max(1, connections / BASE_CONNECTIONS)
  const limits: Record<string, unknown> = { ...config.limits }
  const scaled: Record<string, unknown> = { ...config, limits }
  for (const [path, { entries }] of scaledSections) {
    const name = path.replace(/^limits\./, '')
    const parent = name === path ? scaled : limits
    const values: Record<string, unknown> = { ...(parent[name] as object) }
    for (const [key, entry] of Object.entries(entries))
      if ('base' in entry && values[key] === 'auto')
        values[key] =
          `${path}.${key}` === CONNECTIONS
            ? connections
            : Math.min(entry.max, Math.round(entry.base * factor))
    parent[name] = values
  }
  return scaled as NodeConfig
}

/**
 * Refuses to start with more connections than this process may open files, so that it does not lack them for its
 * database in the middle of a day.
 * @throws NodeError 'too-few-files'
 */
export function checkFiles(config: NodeConfig, { files }: Pick<MachineSize, 'files'>): void {
  const { connections } = config.limits.network
  if (connections + OTHER_FILES <= files) return
  throw new NodeError(
    'too-few-files',
    `${CONNECTIONS} is ${connections}, and this process may open ${files} files, of which it needs ${OTHER_FILES} for others`,
    { hint: 'write auto, or raise the limit: LimitNOFILE= of the service, or ulimit -n', remedy: 'stop' }
  )
}
