import { ConfigError, type ConfigProblem } from '../config/config-error.ts'
import { loadConfig } from '../config/load.ts'
import type { LoadedConfig } from '../config/loading.ts'
import type { NodeConfig } from '../config/schema.ts'
import { blankValue } from '../config/yaml/blank-value.ts'
import { defined } from '../defined.ts'
import { commandHint, isNodeError } from '../error.ts'
import type { ClockDefinition } from '../hal/clock-chip.ts'
import type { SensorDefinition } from '../hal/sensor.ts'
import { isInvite, readInvite } from '../peer/book/invite.ts'
import type { BootFile } from './boot-file.ts'

export interface Devices {
  readonly devices: readonly SensorDefinition[]
  readonly clocks: readonly ClockDefinition[]
}

/** A configuration of the boot partition that can be applied. */
export interface Edit {
  readonly config: NodeConfig
  /** The name that it gives the machine. */
  readonly name: string | undefined
  /** The file's text without its password. */
  readonly text: string
  readonly warnings: readonly ConfigProblem[]
}

/**
 * Checks a file as a node does, and what concerns the machine.
 * @param knows whether the machine has the key of a network
 * @throws ConfigError with everything that is wrong
 */
export async function checkEdit(
  file: BootFile,
  { devices, clocks }: Devices,
  knows: (ssid: string) => Promise<boolean>
): Promise<Edit> {
  const loaded = loadConfig({ devices, clocks, text: file.text, file: file.name })
  const { config, warnings } = loaded
  const problems = [...problemsOf(loaded, await knows(config.wifi.ssid))]
  const text = config.wifi.password === '' ? file.text : blankValue(file.text, ['wifi', 'password'])
  if (text === undefined)
    problems.push(problem(loaded, 'wifi.password', 'cannot be removed from here once it is used', INLINE))
  if (text === undefined || problems.length > 0) throw new ConfigError(problems)
  const named = loaded.provenance.some(({ path, origin }) => path === 'name' && origin.kind === 'file')
  return { config, name: named ? config.name : undefined, text, warnings }
}

const INLINE = 'write it behind its key, on one line, without & or *'

function* problemsOf(loaded: LoadedConfig, known: boolean): Generator<ConfigProblem> {
  const { wifi, owner, devices } = loaded.config
  const { ssid, password, open } = wifi
  if (ssid === '' && password !== '')
    yield problem(
      loaded,
      'wifi.password',
      'is without a network',
      'write ssid: and the name of the network above it'
    )
  if (open && password !== '')
    yield problem(loaded, 'wifi.open', 'is true, and there is a password', 'remove one of them')
  if (ssid !== '' && password === '' && !open && !known)
    yield problem(
      loaded,
      'wifi.ssid',
      'has no password, and the device knows none',
      'write password: and the password below it, or open: true'
    )
  if (isInvite(owner)) yield* inviteProblems(loaded, owner)
  // They would be loaded here by root, from a folder of another user.
  if (devices.length > 0)
    yield problem(
      loaded,
      'devices',
      'external drivers cannot be configured from the boot partition',
      'configure them in the home of the node, over ssh'
    )
}

function* inviteProblems(loaded: LoadedConfig, owner: string): Generator<ConfigProblem> {
  try {
    readInvite(owner)
  } catch (error) {
    if (!isNodeError(error)) throw error
    yield problem(loaded, 'owner', error.message, commandHint(error))
  }
}

function problem(
  loaded: LoadedConfig,
  path: string,
  message: string,
  hint: string | undefined
): ConfigProblem {
  const origin = loaded.provenance.find((one) => one.path === path)?.origin ?? { kind: 'default' }
  return { origin, path, message, ...defined({ hint }) }
}
