import { isIP } from 'node:net'
import * as v from 'valibot'
import type { SensorDefinition } from '../hal/sensor.ts'
import { datagrams, limits } from './limits.ts'
import {
  choice,
  duration,
  listOfTexts,
  name,
  option,
  options,
  section,
  size,
  text,
  truth
} from './option-kinds.ts'
import { sensorsSchema } from './sensors.ts'

const PEER = '12D3KooW[1-9A-HJ-NP-Za-km-z]{44}'
const NAME = '[a-z0-9][a-z0-9-]{0,31}'
const DAY = 86_400_000
const MIB = 1024 ** 2

const listenAddress = tcpAddress(
  /^\/ip[46]\/[0-9a-fA-F.:]+\/tcp\/\d{1,5}$/,
  'an address to listen on as in /ip4/0.0.0.0/tcp/4001'
)
const publicAddress = tcpAddress(
  /^\/(ip4|ip6|dns|dns4|dns6)\/[^/\s]+\/tcp\/\d{1,5}$/,
  'an address as in /ip4/203.0.113.7/tcp/4001 or /dns/hall.example.org/tcp/4001'
)
const nameOrPeer = text(new RegExp(`^(${NAME}|${PEER})$`), 'a name, a purpose or a PeerId')

/** A multiaddr of TCP; what its host and port say is checked, not only its form. */
function tcpAddress(pattern: RegExp, form: string) {
  return v.pipe(
    text(pattern, form),
    v.check(hasHostAndPort, ({ input }) => `"${input}" has no such host or port`)
  )
}

function hasHostAndPort(address: string): boolean {
  const [, kind = '', host = '', , port] = address.split('/')
  const version = kind.startsWith('ip') ? Number(kind.slice(2)) : 0
  return (version === 0 || isIP(host) === version) && Number(port) <= 65_535
}

/**
 * Everything that can be configured: types, units, bounds, defaults, descriptions and messages, once.
 * @param devices the catalogue that `sensors` may draw from
 */
export function configSchema(devices: readonly SensorDefinition[]) {
  return options({
    name: option(name(), 'kith', 'What this node is called; the machine’s name unless given.'),
    purposes: option(
      listOfTexts(name(), 16),
      [],
      'What it is for; others may ask for a purpose instead of a name.'
    ),
    sensors: option(sensorsSchema(devices), [], 'What it measures.'),
    listen: option(
      listOfTexts(listenAddress, 16),
      ['/ip4/0.0.0.0/tcp/4001', '/ip6/::/tcp/4001'],
      'Where it can be dialled; port 0 lets the system choose.'
    ),
    announce: option(
      listOfTexts(publicAddress, 16),
      [],
      'Told to others besides its own addresses: a forwarded port, a name.'
    ),
    interfaces: option(
      listOfTexts(text(/^\S{1,15}$/, 'the name of a network interface as in wlan0'), 32),
      [],
      'Network interfaces on which neighbours are looked for; all unless given.'
    ),
    mdns: option(truth(), true, 'Finds neighbours on the local network and lets them find it.'),
    relay: option(
      truth(),
      true,
      'Takes part in the gossip of every protocol and passes it on; false for a node that only tells.'
    ),
    accept: option(
      choice(['book', 'near', 'anyone']),
      'near',
      'Whose readings are taken: of the book, also of the local network, or of anyone.'
    ),
    deny: option(
      listOfTexts(nameOrPeer, 1024),
      [],
      'Names or PeerIds that are neither answered nor believed.'
    ),
    store: option(
      listOfTexts(nameOrPeer, 64),
      [],
      'Names, purposes or PeerIds whose readings are kept in the history beside its own.'
    ),
    history: section('Readings on disk.', {
      flush: option(
        duration(1_000, 3_600_000),
        '60s',
        'Readings reach the disk this often; a power cut loses no more.'
      ),
      age: option(duration(3_600_000, 36_500 * DAY, 'd'), '30d', 'Older readings are deleted.'),
      bytes: option(
        size(MIB, 1024 * 1024 * MIB),
        '64MiB',
        'Beyond this size the oldest readings are deleted.'
      ),
      flushBytes: option(size(4096, 64 * MIB), '256KiB', 'Unwritten bytes that bring a flush forward.'),
      memoryBytes: option(size(4096, 1024 * MIB), '8MiB', 'Held in memory while the disk takes nothing.'),
      blockAge: option(duration(60_000, DAY, 'min'), '15min', 'An unfilled block is sealed after this.')
    }),
    time: section('Whether the clock is right.', {
      sources: option(
        listOfTexts(choice(['kernel', 'rtc', 'neighbours']), 3),
        ['kernel', 'rtc', 'neighbours'],
        'Who is believed, in this order; neighbours are those of the book marked time.'
      ),
      check: option(duration(1_000, 3_600_000), '30s', 'Time between looks.')
    }),
    log: section('Lines about what happens.', {
      level: option(
        choice(['silent', 'error', 'warn', 'info', 'debug']),
        'info',
        'The least important lines shown.'
      ),
      format: option(
        choice(['auto', 'text', 'json']),
        'auto',
        'auto is text on a terminal and JSON elsewhere.'
      )
    }),
    datagrams,
    limits
  })
}

export type ConfigSchema = ReturnType<typeof configSchema>

/** The checked configuration: durations in milliseconds, sizes in bytes, every default filled in. */
export type NodeConfig = v.InferOutput<ConfigSchema>
