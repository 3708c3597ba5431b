import type { AnyCommand } from './command-line/command.ts'
import { commandWord } from './command-line/parse.ts'

/** Every word that kith knows, in the order in which they are met. Each is loaded when it is wanted. */
const loaders: Readonly<Record<string, () => Promise<AnyCommand>>> = {
  init: async () => (await import('./commands/init.ts')).init,
  run: async () => (await import('./commands/run.ts')).run,
  status: async () => (await import('./commands/status.ts')).status,
  id: async () => (await import('./commands/id.ts')).id,
  peers: async () => (await import('./commands/peers.ts')).peers,
  book: async () => (await import('./commands/book.ts')).book,
  pair: async () => (await import('./commands/access/pair.ts')).pair,
  unpair: async () => (await import('./commands/access/unpair.ts')).unpair,
  access: async () => (await import('./commands/access/access.ts')).access,
  ask: async () => (await import('./commands/ask.ts')).ask,
  watch: async () => (await import('./commands/watch.ts')).watch,
  history: async () => (await import('./commands/history.ts')).history,
  ping: async () => (await import('./commands/ping.ts')).ping,
  pipe: async () => (await import('./commands/pipe.ts')).pipe,
  serve: async () => (await import('./commands/serve.ts')).serve,
  switch: async () => (await import('./commands/switch/switch.ts')).switches,
  rules: async () => (await import('./commands/rules.ts')).rules,
  devices: async () => (await import('./commands/devices/devices.ts')).devices,
  config: async () => (await import('./commands/config.ts')).config,
  doctor: async () => (await import('./commands/doctor.ts')).doctor,
  provision: async () => (await import('./commands/provision.ts')).provision,
  backup: async () => (await import('./commands/home/backup.ts')).backup,
  restore: async () => (await import('./commands/home/restore.ts')).restore,
  service: async () => (await import('./commands/service/service.ts')).service,
  restart: async () => (await import('./commands/afar/restart.ts')).restart,
  logs: async () => (await import('./commands/service/logs.ts')).logs,
  completion: async () => (await import('./commands/completion.ts')).completion
}

export async function allCommands(): Promise<readonly AnyCommand[]> {
  return await Promise.all(Object.values(loaders).map((load) => load()))
}

/**
 * The commands that a command line needs: the one that it names, so that a node loads no other. All where
 * that word is none, for the help and the nearest word, and for completion, which lists them.
 */
export async function commandsFor(argv: readonly string[]): Promise<readonly AnyCommand[]> {
  const first = commandWord(argv) ?? ''
  const load = Object.hasOwn(loaders, first) && first !== 'completion' ? loaders[first] : undefined
  return load === undefined ? await allCommands() : [await load()]
}
