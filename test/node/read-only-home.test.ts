import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { devices } from '../../devices/index.ts'
import { parseConfig } from '../../src/config/load.ts'
import { silentLog } from '../../src/log.ts'
import { startNode } from '../../src/node/run-node.ts'
import { ephemeralIdentity } from '../../src/peer/identity/identity.ts'

const CONFIG = `
name: hall
mdns: false
listen: [/ip4/127.0.0.1/tcp/0]
sensors:
  - { type: bme280, name: air, interval: 1s }
`

t.test('a node for one command visits a home: its own node can start meanwhile', async (t) => {
  const home = mkdtempSync(join(tmpdir(), 'kith-visited-'))
  t.teardown(() => rmSync(home, { recursive: true }))
  const attic = (await ephemeralIdentity()).peer
  writeFileSync(join(home, 'book.yaml'), `- name: attic\n  peer: ${attic}\n`)
  const common = {
    config: parseConfig(CONFIG, devices),
    world: { simulated: 'visited' },
    log: silentLog
  } as const
  const visitor = await startNode({ ...common, readOnlyHome: home, shortLived: true })
  t.same(readdirSync(home), ['book.yaml'], 'nothing is locked or written')
  const node = await startNode({ ...common, home })
  t.not(visitor.peer, node.peer, 'nobody else has the key of the home')
  t.match(await visitor.operations.book(), [{ name: 'attic', peer: attic }])
  t.match(await visitor.operations.status(), { sensors: [], home: null })
  t.match(await node.operations.status(), { sensors: [{ name: 'air' }], name: 'hall' })
  await visitor.stop()
  await node.stop()
  t.ok(readdirSync(home).includes('identity.key'))
})
