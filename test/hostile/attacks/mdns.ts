import { randomBytes } from 'node:crypto'
import multicastDns from 'multicast-dns'
import { systemClock } from '../../../src/clock.ts'
import { createSigner } from '../../../src/reading/signed/seal.ts'
import type { Attack } from '../attack.ts'

const SERVICE = '_p2p._udp.local'
const PEERS = 3000
/** Announcements a second. */
const RATE = 100
const STEP = 100
/** Ports that the made-up peers name, those of other programs too. */
const PORTS = [4001, 22, 80, 443, 5353, 8080]

/** 3,000 peers that do not exist, announced with one third address, again and again. */
export const mdns: Attack = {
  name: 'mdns',
  async run({ third, own }, signal) {
    const peers = Array.from({ length: PEERS }, () => createSigner(randomBytes(32)).peer)
    const socket = multicastDns({ interface: own, bind: '0.0.0.0' })
    let sent = 0
    while (!signal.aborted) {
      for (let i = 0; i < (RATE * STEP) / 1000; i++) {
        const turn = sent++
        const peer = peers[turn % PEERS] ?? ''
        const name = `${randomBytes(20).toString('hex')}.${SERVICE}`
        const port = PORTS[turn % PORTS.length]
        const data = `dnsaddr=/ip4/${third}/tcp/${port}/p2p/${peer}`
        socket.respond({
          answers: [
            { name: SERVICE, type: 'PTR', class: 'IN', ttl: 120, data: name },
            { name, type: 'TXT', class: 'IN', ttl: 120, data }
          ]
        })
      }
      await systemClock.sleep(STEP)
    }
    socket.destroy()
    return `${sent} announcements of ${PEERS} peers`
  }
}
