import t from 'tap'
import { loadConfig } from '../../src/config/load.ts'
import { type MachineSize, thisMachine } from '../../src/config/machine-size.ts'
import { checkFiles, connectionsOf } from '../../src/config/scaled-limits.ts'
import { gossipLimits } from '../../src/protocol/gossip/limits.ts'

const MIB = 1024 ** 2
const big: MachineSize = { memory: 4096 * MIB, heap: 2048 * MIB, files: 524_288 }

const load = (text: string, machine: MachineSize) => loadConfig({ text, devices: [], machine })
const limitsOf = (text: string, machine: MachineSize) => load(text, machine).config.limits

t.test('connections grow with memory, as far as heap and files reach', async (t) => {
  t.equal(connectionsOf(big), 2048)
  t.equal(connectionsOf({ ...big, memory: 512 * MIB }), 256, 'a Pi Zero')
  t.equal(connectionsOf({ ...big, memory: 220 * MIB }), 256, 'under MemoryMax of the service')
  t.equal(connectionsOf({ ...big, memory: 65_536 * MIB }), 4096, 'no more unless it is written')
  t.equal(connectionsOf({ ...big, heap: 96 * MIB }), 384, 'with --max-old-space-size=96')
  t.equal(connectionsOf({ ...big, files: 1024 }), 768)
  t.equal(connectionsOf({ ...big, files: 256 }), 192, 'fewer than the least where files are few')
})

t.test('the tables of neighbours grow with the connections', async (t) => {
  const { network, gossip, query, hub, dialing } = limitsOf('', big)
  t.match(network, { connections: 2048, inboundPending: 1024, inboundPerSecond: 20 })
  t.match(gossip, { keys: 8192, sources: 8192, authors: 32_768, verified: 32_768, sourceRate: 200 })
  t.match([query.sessions, query.links, hub.series, dialing.peers], [2048, 2048, 32_768, 8192])
  t.equal(load('', big).config.datagrams.sessions, 2048)
  const thousand = limitsOf('limits: { network: { connections: 1024 }, gossip: { keys: 300 } }', big)
  t.match(thousand.gossip, { keys: 300, sources: 4096 }, 'what is written stays')
  const few = limitsOf('limits: { network: { connections: 16 } }', big)
  t.match(few.gossip, { keys: 1024, sources: 1024 }, 'never below what 256 need')
  const most = limitsOf('limits: { network: { connections: 65536 } }', big)
  t.equal(most.gossip.sources, gossipLimits.entries.sources.max)
})

t.test('the number that auto is stands in the list of options', async (t) => {
  const { provenance } = load('limits: { gossip: { keys: auto } }', big)
  const of = (path: string) => provenance.find((one) => one.path === path)
  t.match(of('limits.network.connections'), { value: 2048, text: 'auto (2048)', origin: { kind: 'default' } })
  t.match(of('limits.gossip.keys'), { value: 8192, text: 'auto (8192)', origin: { kind: 'file' } })
  t.match(of('limits.network.inboundPerSecond'), { value: 20, text: '20' })
})

t.test('another word is refused with its place', async (t) => {
  const error = t.throws(() => load('limits: { network: { connections: many } }', big))
  t.match(String(error), /limits\.network\.connections.*"many".*auto or a whole number/s)
  t.throws(() => load('limits: { network: { connections: 3 } }', big), /below the minimum 4/)
})

t.test('more connections than files end the start, not the day', async (t) => {
  const { config } = load('limits: { network: { connections: 4096 } }', big)
  checkFiles(config, big)
  t.throws(() => checkFiles(config, { files: 1024 }), {
    code: 'too-few-files',
    message: /connections is 4096, and this process may open 1024 files/,
    hint: /LimitNOFILE/
  })
  for (const files of [192, 256, 1024, 4096])
    t.doesNotThrow(
      () => checkFiles(load('', { ...big, files }).config, { files }),
      `auto with ${files} files`
    )
})

t.test('this machine has a size', async (t) => {
  const { memory, heap, files } = thisMachine()
  t.ok(memory > 64 * MIB && heap > 16 * MIB && files > 64)
})
