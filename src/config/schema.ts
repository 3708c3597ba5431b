import { isIP } from 'node:net'
import * as v from 'valibot'
import type { ClockDefinition } from '../hal/clock-chip.ts'
import type { SensorDefinition } from '../hal/sensor.ts'
import { accessProblems, accessSchema } from './access.ts'
import { busClashes } from './devices/bus-clashes.ts'
import { busesSchema } from './devices/buses.ts'
import { busName, chipAddress } from './devices/sensor-place.ts'
import { sensorsSchema } from './devices/sensors.ts'
import { switchClashes, switchesSchema } from './devices/switches.ts'
import { issuePath } from './option-path.ts'
import { choice } from './options/choice.ts'
import { duration, listOfTexts, name, option, options, section, text, truth } from './options/kinds.ts'
import { provisioning } from './provisioning.ts'
import { quantitiesSchema, quantityProblems } from './quantities.ts'
import { ruleProblems } from './rules/problems.ts'
import { rulesSchema } from './rules/rules.ts'
import { datagrams, history, limits } from './sections.ts'
import { nameOrPeer, storeEntries } from './store.ts'

const listenAddress = tcpAddress(
  /^\/ip[46]\/[0-9a-fA-F.:]+\/tcp\/\d{1,5}$/,
  'an address to listen on as in /ip4/0.0.0.0/tcp/4001'
)
const publicAddress = tcpAddress(
  /^\/(ip4|ip6|dns|dns4|dns6)\/[^/\s]+\/tcp\/\d{1,5}$/,
  'an address as in /ip4/203.0.113.7/tcp/4001 or /dns/hall.example.org/tcp/4001'
)

/** A multiaddr that ends in the PeerId of who is there. */
function peerAddress(form: string) {
  return v.pipe(
    text(
      /^(\/(ip4|ip6|dns|dns4|dns6)\/[^/\s]+\/tcp\/\d{1,5}|\/memory\/[^/\s]+)\/p2p\/12D3KooW[1-9A-HJ-NP-Za-km-z]{44}$/,
      form
    ),
    v.check(
      (address) => address.startsWith('/memory/') || hasHostAndPort(address),
      ({ input }) => `"${input}" has no such host or port`
    )
  )
}

/** The path of a file or the name of a package; no URL, so nothing is loaded from a network. */
const moduleName = text(
  /^(\.{0,2}\/[^\0]{1,255}|(@[a-z0-9~-][\w.~-]*\/)?[a-z0-9~-][\w.~-]*(\/[\w.~-]+)*)$/,
  'a file as in ./my-chip.ts or an npm package'
)

/** A multiaddr of TCP; host and port are checked as well as the form. */
/** The multiaddr of `4001` or `192.168.1.20:4001`. */
function meantListen(written: string): string | undefined {
  const [, host = '', port] = /^(?:([\d.]*|\*):)?(\d{1,5})$/.exec(written) ?? []
  return port === undefined ? undefined : `/ip4/${isIP(host) === 4 ? host : '0.0.0.0'}/tcp/${port}`
}

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

/** Addresses and discovery. */
const network = {
  listen: option(
    listOfTexts(listenAddress, 16, meantListen),
    ['/ip4/0.0.0.0/tcp/4001', '/ip6/::/tcp/4001'],
    'Where it can be dialled; port 0 lets the system choose.'
  ),
  announce: option(
    listOfTexts(publicAddress, 16),
    [],
    'Announced besides its own addresses: a forwarded port, a DNS name.'
  ),
  reachable: option(
    choice(['near', 'world']),
    'near',
    'Who may learn its addresses. near: each network those in it, and the book all of them; world: also anyone those that are public. What is announced is for the world.'
  ),
  interfaces: option(
    listOfTexts(text(/^\S{1,15}$/, 'the name of a network interface as in wlan0'), 32),
    [],
    'Network interfaces on which neighbours are searched; all unless given.'
  ),
  mdns: option(truth(), true, 'Finds neighbours on the local network and lets them find it.'),
  forward: option(
    choice(['off', 'book', 'near']),
    'near',
    'Whose gossip it forwards. near: within one network that of all, from one network into another that of peers of the book; book: only that of the book; off: for a node that only publishes.'
  )
}

/** Relays of its own, and what it does for others as one. */
const relays = {
  relays: option(
    listOfTexts(peerAddress('a relay as in /dns4/relay.example.org/tcp/4001/p2p/ and its PeerId'), 2),
    [],
    'Relays at which it reserves, so that peers of the book reach it where nobody can dial it.'
  ),
  relay: section('What it does for others as a relay.', {
    serve: option(
      choice(['off', 'book', 'near', 'anyone']),
      'off',
      'Who may reserve here and be reached: peers of the book, also of the local network, anyone, or nobody.'
    )
  })
}

const dht = section('A DHT of nodes of kith, in which peers are searched that no neighbour sees.', {
  bootstrap: option(
    listOfTexts(peerAddress('a server as in /dns4/dht.example.org/tcp/4001/p2p/ and its PeerId'), 16),
    [],
    'Servers by which it joins the DHT; none is joined unless given, or it serves one.'
  ),
  serve: option(truth(), false, 'It answers for the DHT, and stores nothing for others.')
})

/** Whose readings are accepted, and whose are stored. */
const trust = {
  accept: option(
    choice(['book', 'near', 'anyone']),
    'near',
    'Whose readings are accepted: peers of the book, also of the local network, or anyone.'
  ),
  deny: option(listOfTexts(nameOrPeer, 1024), [], 'Names or PeerIds that are neither answered nor accepted.'),
  access: option(
    accessSchema(),
    [],
    'Who may do what, besides reading by the book and the local network: docs/access.md.'
  ),
  unlisted: option(
    truth(),
    false,
    'Neighbours do not name it to others that ask whom they see. What it publishes by gossip still names it.'
  ),
  store: option(
    storeEntries,
    [],
    'Whose readings are stored beside its own: names and purposes of the book, PeerIds, { claimed: NAME } for peers that claim it.'
  )
}

const via = section('Connections through neighbours.', {
  serve: option(
    choice(['off', 'book', 'near']),
    'book',
    'For whom it carries connections: between peers of the book, also of the local network, or nobody.'
  ),
  accept: option(choice(['off', 'book']), 'book', 'Whose connections through neighbours it takes.')
})

const log = section('Lines about what happens.', {
  level: option(
    choice(['silent', 'error', 'warn', 'info', 'debug']),
    'info',
    'The lowest level that is shown.'
  ),
  format: option(choice(['auto', 'text', 'json']), 'auto', 'auto is text on a terminal and JSON elsewhere.')
})

/**
 * The schema of kith.yaml: types, units, ranges, defaults, descriptions and messages.
 * @param devices the devices that `sensors` may name
 * @param clocks the clock chips that `time.rtc` may name
 * @param quantities names of quantities that an application brings
 */
export function configSchema(
  devices: readonly SensorDefinition[],
  clocks: readonly ClockDefinition[] = [],
  quantities: readonly string[] = []
) {
  const all = options({
    name: option(name(), 'kith', 'The name of this node; the machine’s name unless given.'),
    purposes: option(
      listOfTexts(name(), 16),
      [],
      'Its purposes; others may ask for a purpose instead of a name.'
    ),
    devices: option(
      listOfTexts(moduleName, 32),
      [],
      'External drivers: files, relative to this one, and npm packages. Their code is run by the node.'
    ),
    quantities: option(quantitiesSchema(), [], 'Quantities that neither kith nor a driver defines.'),
    buses: option(busesSchema(), [], 'Buses behind buses: channels of multiplexers.'),
    watch: option(
      truth(),
      false,
      'Takes each change of this file while the node runs, as `kith config reload` does.'
    ),
    sensors: option(sensorsSchema(devices), [], 'Its sensors.'),
    switches: option(switchesSchema(), [], 'Its outputs, which are commanded from this machine.'),
    rules: option(
      rulesSchema(),
      [],
      'What it does by itself: when a series or the time is so, then switch, log or send.'
    ),
    ...network,
    ...trust,
    history,
    time: time(clocks),
    log,
    datagrams,
    via,
    ...relays,
    dht,
    limits,
    ...provisioning
  })
  return v.pipe(
    all,
    v.rawCheck(({ dataset, addIssue }) => {
      const given = dataset.value as Parameters<typeof busClashes>[0]
      const unknown = quantityProblems(given, devices, quantities)
      for (const { path, message } of [
        ...busClashes(given),
        ...switchClashes(given),
        ...accessProblems(given),
        ...ruleProblems(given),
        ...unknown
      ])
        addIssue({ message, path: issuePath(dataset.value, path) })
    })
  )
}

function time(clocks: readonly ClockDefinition[]) {
  return section('Whether the clock is right.', {
    sources: option(
      listOfTexts(choice(['kernel', 'rtc', 'neighbours']), 3),
      ['kernel', 'rtc', 'neighbours'],
      'Sources of time in order of preference; neighbours are peers of the book marked time.'
    ),
    check: option(duration(1_000, 3_600_000), '30s', 'Time between two checks.'),
    rtc: rtc(clocks)
  })
}

/** Every known one is at 0x68 [linux drivers/rtc/rtc-ds1307.c]. */
const RTC_ADDRESS = 0x68

function rtc(clocks: readonly ClockDefinition[]) {
  const addresses = [...new Set([RTC_ADDRESS, ...clocks.flatMap((clock) => clock.addresses)])]
  return section('The clock chip with a battery that the source rtc reads.', {
    type: option(
      choice(['none', ...clocks.map(({ type }) => type)]),
      'none',
      'Which one: ds3231, for example.'
    ),
    bus: option(busName(), 'i2c-1', 'The bus it is on.'),
    address: option(chipAddress('a clock chip', addresses), RTC_ADDRESS, 'Its address.')
  })
}

export type ConfigSchema = ReturnType<typeof configSchema>

/** The checked configuration with every default: durations in milliseconds, sizes in bytes. */
export type NodeConfig = v.InferOutput<ConfigSchema>
