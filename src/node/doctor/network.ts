import { connect } from 'node:net'
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os'
import type { Clock } from '../../clock.ts'
import type { NodeConfig } from '../../config/schema.ts'
import { discoveryProbes, isSingleHomed } from '../machine.ts'
import { bad, type Check, type Finding, ok, warn } from './finding.ts'

const MULTISTREAM = '/multistream/1.0.0\n'
/** Milliseconds for a local program to answer. */
const PROBE_TIMEOUT = 2000
/** Where what listens on every address answers. */
const LOCAL: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' }

export const checkNetwork: Check = async ({ config, node, clock }) => {
  const findings = [
    checkInterfaces(),
    ...(await checkForwarding(config?.forward, networkInterfaces())),
    ...(await checkMulticast(config))
  ]
  if (config === undefined) return findings
  if (config.listen.length === 0) return [...findings, checkUnlistened(config)]
  // A running node listens on the ports itself.
  if (node !== undefined) return findings
  return [...findings, ...(await Promise.all(config.listen.map((address) => checkPort(address, clock))))]
}

function checkInterfaces(): Finding {
  const up = Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) =>
    addresses.filter(({ internal }) => !internal).map(({ address }) => `${name} ${address}`)
  )
  if (up.length > 0) return ok('network', up.join(', '))
  return bad(
    'network',
    'no interface has an address',
    'plug in the cable, or: nmcli device wifi connect NAME --ask'
  )
}

/** Says of a machine in several networks what passes between them (docs/network.md). */
export async function checkForwarding(
  forward: NodeConfig['forward'] | undefined,
  interfaces: Readonly<Record<string, NetworkInterfaceInfo[] | undefined>>
): Promise<Finding[]> {
  if (forward === undefined || forward === 'book' || (await isSingleHomed(interfaces))) return []
  const text = 'in several networks: gossip passes from one into another only between peers of the book'
  return [ok('forward', `${text} (forward: ${forward})`)]
}

/** By the sockets that a node would use: a default route is not needed, an address that peers can dial is. */
async function checkMulticast(config: NodeConfig | undefined): Promise<Finding[]> {
  if (config?.mdns === false) return [ok('multicast', 'switched off (mdns: false)')]
  const only = config?.interfaces ?? []
  const probes = await discoveryProbes(only)
  const missing = only.filter((name) => !probes.some((probe) => probe.name === name))
  const findings = probes.map(({ name, family, internal, error }) => {
    if (error !== undefined)
      return bad(
        'multicast',
        `${name}: mDNS over ${family} fails (${error}): neighbours cannot be discovered there`,
        'let UDP port 5353 through, or add their addresses to the book'
      )
    if (!internal) return ok('multicast', `${name}: neighbours can be found (${family})`)
    return warn('multicast', `${name}: only nodes of this machine can be found`, 'connect it to a network')
  })
  if (probes.length === 0 && only.length === 0)
    findings.push(
      bad(
        'multicast',
        'no interface has an address that peers could dial',
        'give it an address, or wait for DHCP'
      )
    )
  for (const name of missing)
    findings.push(
      bad(
        'multicast',
        `interfaces: ${name} is not there, or has no address`,
        'ip address lists those there are'
      )
    )
  return findings
}

/** Says of a node with `listen: []` who reaches it. */
export function checkUnlistened({ relays, datagrams }: Pick<NodeConfig, 'relays' | 'datagrams'>): Finding {
  const streams = datagrams.enabled && datagrams.port === 'tcp' ? '; datagrams go by streams, not by UDP' : ''
  if (relays.length > 0)
    return ok('port', `listen: []: it is reached over its relays and over what it connects to${streams}`)
  return warn(
    'port',
    `listen: []: it is reached over what it connects to alone, and never by another such node${streams}`,
    'name a port in listen, or a relay in relays'
  )
}

async function checkPort(address: string, clock: Clock): Promise<Finding> {
  // Loaded here: multiaddrs are nothing that the other commands need.
  const { listenProblem } = await import('../network/listen.ts')
  const problem = await listenProblem(address)
  if (problem === undefined) return ok('port', `${address} is free`)
  const [, , host = '', , port = '0'] = address.split('/')
  if (problem.code === 'EADDRINUSE') return await portInUse(address, host, Number(port), clock)
  if (problem.isExpected) return ok('port', `${address} ${problem.text}: not listened on`)
  const hint =
    problem.code === 'EACCES'
      ? 'listen on a port above 1023'
      : 'set listen in kith.yaml to an address of this machine'
  return bad('port', `${address} ${problem.text}`, hint)
}

async function portInUse(address: string, host: string, port: number, clock: Clock): Promise<Finding> {
  if (await speaksLibp2p(host, port, clock))
    return warn(
      'port',
      `${address} is in use by a libp2p node, probably kith with another home or of another user`,
      `ss -ltnp "sport = :${port}" shows it; a second kith takes a free port`
    )
  return bad(
    'port',
    `${address} is in use by another program`,
    `ss -ltnp "sport = :${port}" shows it; or change listen`
  )
}

/** Whether what listens there answers as every libp2p node does on TCP (multistream-select). */
function speaksLibp2p(host: string, port: number, clock: Clock): Promise<boolean> {
  const header = Buffer.concat([Buffer.of(MULTISTREAM.length), Buffer.from(MULTISTREAM)])
  return new Promise((resolve) => {
    const socket = connect({ host: LOCAL[host] ?? host, port })
    const end = (result: boolean): void => {
      cancel()
      socket.destroy()
      resolve(result)
    }
    const cancel = clock.after(PROBE_TIMEOUT, () => end(false))
    socket.once('error', () => end(false))
    socket.once('close', () => end(false))
    socket.once('connect', () => socket.write(header))
    // The length and the text may come one after the other.
    let received = Buffer.alloc(0)
    socket.on('data', (bytes) => {
      received = Buffer.concat([received, bytes]).subarray(0, header.length)
      if (received.length === header.length || !header.subarray(0, received.length).equals(received))
        end(received.equals(header))
    })
  })
}
