import { existsSync, readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { INSTALLATION } from '../installation.ts'
import { PID_FILE } from '../names.ts'
import { CONTROL_SOCKET } from '../node/control/routes.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** The home of the service of this machine (deploy/systemd). */
export const SERVICE_HOME = '/var/lib/kith'

/** The home of `npm start`, in a clone. */
const CLONE_HOME = fileURLToPath(new URL('.kith', INSTALLATION))

/** Where homes are that nobody named. */
export interface Places {
  readonly service: string
  readonly clone: string
}

/**
 * The folder of the node, the first of: --home, $KITH_HOME, $STATE_DIRECTORY (set by systemd; the first path if
 * there are several), $XDG_STATE_HOME/kith, ~/.local/state/kith. Where the last does not exist, commands that need a
 * home take that of `npm start` in this clone (also while a node runs there alone), then root and the owner of the
 * service's home get that.
 * @param makes whether the command may make the home: then it is never that of `npm start`
 */
export function chooseHome(
  given: string | undefined,
  environment: Environment,
  makes = false,
  { service, clone }: Places = { service: SERVICE_HOME, clone: CLONE_HOME }
): string {
  const named = namedHome(given, environment)
  if (named !== undefined) return resolve(named)
  const state = environment['XDG_STATE_HOME'] || join(environment['HOME'] || homedir(), '.local', 'state')
  const own = resolve(state, 'kith')
  if (!makes && isOwned(clone) && (!existsSync(own) || (mayRun(clone) && !mayRun(own)))) return clone
  return !existsSync(own) && isManaged(service) ? service : own
}

/**
 * Whether a node has its socket there, and a process has the number that it wrote down: a killed node leaves both
 * files.
 */
function mayRun(home: string): boolean {
  if (!existsSync(join(home, CONTROL_SOCKET))) return false
  try {
    const pid = Number(readFileSync(join(home, PID_FILE), 'utf8'))
    return pid > 0 && process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** The folder of the node that a person or systemd named, undefined where kith chooses it. */
export function namedHome(given: string | undefined, environment: Environment): string | undefined {
  return given ?? (environment['KITH_HOME'] || environment['STATE_DIRECTORY']?.split(':')[0] || undefined)
}

/** Whether a folder is there and its files are this user's to keep in order. */
function isManaged(folder: string): boolean {
  const self = process.geteuid?.()
  const owner = ownerOf(folder)
  return owner !== undefined && (self === 0 || self === owner)
}

function isOwned(folder: string): boolean {
  const owner = ownerOf(folder)
  return owner !== undefined && owner === process.geteuid?.()
}

function ownerOf(folder: string): number | undefined {
  return statSync(folder, { throwIfNoEntry: false })?.uid
}
