import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

export type Environment = Readonly<Record<string, string | undefined>>

/**
 * The folder of the node, the first of: --home, $KITH_HOME, $STATE_DIRECTORY (set by systemd; the first path if
 * there are several), $XDG_STATE_HOME/kith, ~/.local/state/kith.
 */
export function chooseHome(given: string | undefined, environment: Environment): string {
  const set = (name: string): string | undefined => environment[name] || undefined
  const state = set('XDG_STATE_HOME') ?? join(set('HOME') ?? homedir(), '.local', 'state')
  return resolve(given ?? set('KITH_HOME') ?? set('STATE_DIRECTORY')?.split(':')[0] ?? join(state, 'kith'))
}
