import { createSocket } from 'node:dgram'
import { connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import type { Clock } from '../../clock.ts'
import { listenProblem } from '../../node/network/listen.ts'
import { bad, type Check, codeOf, type Finding, ok, warn } from './finding.ts'

/** mDNS over IPv4 (RFC 6762 section 3). */
const GROUP = '224.0.0.251'
const GROUP_PORT = 5353
const MULTISTREAM = '/multistream/1.0.0\n'
/** Milliseconds for a local program to answer. */
const PROBE_TIMEOUT = 2000
/** Where what listens on every address answers. */
const LOCAL: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' }

export const checkNetwork: Check = async ({ config, node, clock }) => {
  const findings = [checkInterfaces(), await checkMulticast()]
  // A running node listens on the ports itself.
  if (config === undefined || node !== undefined) return findings
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

/** connect() of a datagram socket looks up a route and sends nothing. */
async function checkMulticast(): Promise<Finding> {
  const socket = createSocket('udp4')
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject)
      socket.once('connect', resolve)
      socket.connect(GROUP_PORT, GROUP)
    })
    return ok('multicast', `route to ${GROUP}: neighbours can be found`)
  } catch (error) {
    return bad(
      'multicast',
      `no route to ${GROUP} (${codeOf(error)}): neighbours cannot be discovered`,
      'sudo ip route add 224.0.0.0/4 dev eth0 (or your interface), or add their addresses to the book'
    )
  } finally {
    socket.close()
  }
}

async function checkPort(address: string, clock: Clock): Promise<Finding> {
  const problem = await listenProblem(address)
  if (problem === undefined) return ok('port', `${address} is free`)
  const [, , host = '', , port = '0'] = address.split('/')
  if (problem.code === 'EADDRINUSE') return await portInUse(address, host, Number(port), clock)
  if (problem.isExpected) return ok('port', `${address} ${problem.text}: not listened on`)
  const cure =
    problem.code === 'EACCES'
      ? 'listen on a port above 1023'
      : 'set listen in kith.yaml to an address of this machine'
  return bad('port', `${address} ${problem.text}`, cure)
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
    socket.once('data', (bytes) => end(bytes.subarray(0, header.length).equals(header)))
  })
}
