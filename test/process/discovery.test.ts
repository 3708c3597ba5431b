import { createSocket } from 'node:dgram'
import { mkdtempSync, rmSync } from 'node:fs'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { kith } from '../support/process/kith.ts'
import { lineWith, started } from '../support/process/node.ts'

const GROUP = '224.0.0.251' // RFC 6762 section 3
const PORT = 15353

/** Whether this machine hears its own multicast on an interface that neighbours would be on. */
async function hearsMulticast(): Promise<boolean> {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
  const address = all.find(({ family, internal }) => family === 'IPv4' && !internal)?.address
  if (address === undefined) return false
  const socket = createSocket({ type: 'udp4', reuseAddr: true })
  try {
    return await new Promise((resolve) => {
      socket.on('message', () => resolve(true)).on('error', () => resolve(false))
      socket.bind(PORT, () => {
        try {
          socket.addMembership(GROUP, address)
          socket.setMulticastInterface(address)
          socket.send('?', PORT, GROUP)
        } catch {
          resolve(false)
        }
      })
      delay(500).then(() => resolve(false))
    })
  } finally {
    socket.close()
  }
}

t.test('two homes of one network find each other without an address', async (t) => {
  if (!(await hearsMulticast())) {
    t.pass('found', { skip: 'no interface of this machine carries multicast' })
    return
  }
  const folder = mkdtempSync(join(tmpdir(), 'kith-lan-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const flags = ['listen=[/ip4/0.0.0.0/tcp/0]', 'name=discovered-hall'].flatMap((setting) => [
    '--set',
    setting
  ])
  const node = kith('run', '--simulated', '--json', '--home', join(folder, 'hall'), ...flags)
  t.teardown(() => node.child.kill('SIGKILL'))
  const { peer } = await started(node)
  const watch = kith('watch', '--json', '--home', join(folder, 'nobody'))
  t.teardown(() => watch.child.kill('SIGKILL'))
  const begun = performance.now()
  const found = await Promise.race([lineWith(watch, 'peer', peer), delay(15_000, undefined, { ref: false })])
  t.match(found, { who: 'discovered-hall', signed: true })
  t.comment(`after ${Math.round(performance.now() - begun)} ms`)
})
