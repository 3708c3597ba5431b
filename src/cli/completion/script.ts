import type { AnyCommand } from '../command-line/command.ts'
import { fishScript } from './fish.ts'
import { placesOf, type Shell } from './places.ts'
import { bashScript, zshScript } from './posix.ts'

/** A completion script for the shell, made of the commands' definitions. */
export function completionScript(shell: Shell, commands: readonly AnyCommand[]): string {
  const places = placesOf(commands)
  if (shell === 'fish') return fishScript(places)
  return shell === 'zsh' ? zshScript(places) : bashScript(places)
}
