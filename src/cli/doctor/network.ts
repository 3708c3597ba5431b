import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'
import { networkInterfaces } from 'node:os'
import { bad, type Check, codeOf, type Finding, ok, warn } from './finding.ts'

/** mDNS over IPv4 (RFC 6762 section 3). */
const GROUP = '224.0.0.251'
const GROUP_PORT = 5353

export const checkNetwork: Check = async ({ config, node }) => {
  const findings = [checkInterfaces(), await checkMulticast()]
  // A running node listens on the ports itself.
  if (config === undefined || node !== undefined) return findings
  return [...findings, ...(await Promise.all(config.listen.map(checkPort)))]
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

async function checkPort(address: string): Promise<Finding> {
  const [, , host = '', , port = '0'] = address.split('/')
  const error = await new Promise<string | undefined>((resolve) => {
    const server = createServer()
    server.once('error', (error) => resolve(codeOf(error)))
    server.listen({ host, port: Number(port), ipv6Only: host.includes(':') }, () =>
      server.close(() => resolve(undefined))
    )
  })
  if (error === undefined) return ok('port', `${address} is free`)
  if (error === 'EADDRINUSE')
    return bad(
      'port',
      `${address} is in use by another program`,
      `ss -ltnp "sport = :${port}" shows it; or change listen`
    )
  if (error === 'EACCES') return bad('port', `${address} needs root`, 'listen on a port above 1023')
  return warn('port', `cannot listen on ${address}: ${error}`, 'change listen in kith.yaml')
}
