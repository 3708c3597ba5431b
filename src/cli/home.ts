import { existsSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

export type Environment = Readonly<Record<string, string | undefined>>

/** The home of the service of this machine (deploy/systemd). */
export const SERVICE_HOME = '/var/lib/kith'

/**
 * The folder of the node, the first of: --home, $KITH_HOME, $STATE_DIRECTORY (set by systemd; the first path if
 * there are several), $XDG_STATE_HOME/kith, ~/.local/state/kith. Where the last does not exist, root and the owner
 * of the service's home get that.
 */
export function chooseHome(
  given: string | undefined,
  environment: Environment,
  service: string = SERVICE_HOME
): string {
  const named = namedHome(given, environment)
  if (named !== undefined) return resolve(named)
  const state = environment['XDG_STATE_HOME'] || join(environment['HOME'] || homedir(), '.local', 'state')
  const own = resolve(state, 'kith')
  return !existsSync(own) && isManaged(service) ? service : own
}

/** The folder of the node that a person or systemd named, undefined where kith chooses it. */
export function namedHome(given: string | undefined, environment: Environment): string | undefined {
  return given ?? (environment['KITH_HOME'] || environment['STATE_DIRECTORY']?.split(':')[0] || undefined)
}

/** Whether a folder is there and its files are this user's to keep in order. */
function isManaged(folder: string): boolean {
  const self = process.geteuid?.()
  const owner = statSync(folder, { throwIfNoEntry: false })?.uid
  return owner !== undefined && (self === 0 || self === owner)
}
