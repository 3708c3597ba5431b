import { parseArgs } from 'node:util'
import { benches } from './benches.ts'

export const USAGE = `usage: npm run bench -- [NAME ...] [options]
  --full            more rounds, or longer ones; the table of each bench says which
  --json            a line for the machine, and one for each bench
  --markdown        a page in Markdown, of which the measurements are made
  --source          the sources only
  --bundle          the bundle only
  --profile         a CPU profile and the heap of each process of ours, in a folder that is named
  --minutes N       gateway: a check of so many minutes, with restarts; it ends with an exit status
  --devices N,...   gateway: other numbers of devices
  --install-peers   installs the packages and builds the programs of others that are measured beside kith
  --list            the benches`

/** Most minutes of a check: a week. */
const MAX_MINUTES = 10_080
/** Most devices of a gateway: limits.network.connections goes no further. */
const MAX_DEVICES = 65_536

export interface Options {
  /** Benches; all unless given. */
  readonly names: readonly string[]
  readonly isFull: boolean
  readonly json: boolean
  readonly markdown: boolean
  readonly source: boolean
  readonly bundle: boolean
  readonly profile: boolean
  readonly list: boolean
  readonly installsPeers: boolean
  readonly minutes: number | undefined
  readonly sizes: readonly number[]
}

/** What of a command line cannot be done. */
export class WrongUse extends Error {
  override readonly name = 'WrongUse'
}

/** @throws WrongUse */
export function optionsOf(args: readonly string[]): Options {
  const { values, positionals: names } = parsed(args)
  const { full: isFull, 'install-peers': installsPeers, minutes, devices, ...rest } = values
  const unknown = names.filter((name) => !Object.hasOwn(benches, name))
  if (unknown.length > 0)
    throw new WrongUse(
      `there is no bench ${unknown.join(', ')}; there are ${Object.keys(benches).join(', ')}`
    )
  return {
    ...rest,
    names,
    isFull,
    installsPeers,
    minutes: minutes === undefined ? undefined : whole('--minutes', minutes, MAX_MINUTES),
    sizes: devices?.split(',').map((size) => whole('--devices', size, MAX_DEVICES)) ?? []
  }
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        full: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        markdown: { type: 'boolean', default: false },
        source: { type: 'boolean', default: false },
        bundle: { type: 'boolean', default: false },
        profile: { type: 'boolean', default: false },
        list: { type: 'boolean', default: false },
        'install-peers': { type: 'boolean', default: false },
        minutes: { type: 'string' },
        devices: { type: 'string' }
      }
    })
  } catch (error) {
    throw new WrongUse(error instanceof Error ? error.message : String(error))
  }
}

function whole(option: string, text: string, max: number): number {
  const number = Number(text)
  if (/^\d+$/.test(text) && number >= 1 && number <= max) return number
  throw new WrongUse(`${option} ${text}: whole numbers from 1 to ${max} are possible`)
}
