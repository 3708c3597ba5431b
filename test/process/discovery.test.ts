import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { Namespace, whyNoNamespaces } from '../support/namespaces/namespaces.ts'
import { KITH, type Running } from '../support/process/kith.ts'
import { lineWith, started } from '../support/process/node.ts'

const skip = whyNoNamespaces()

t.test('two homes of one network find each other without an address', { skip }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'kith-lan-'))
  const [hall, den] = [new Namespace('hall'), new Namespace('den')]
  t.teardown(() => {
    hall.end()
    den.end()
    rmSync(folder, { recursive: true, force: true })
  })
  Namespace.cable(hall, '10.77.1.1/24', den, '10.77.1.2/24')
  // Elsewhere tests use no mDNS (test/without-mdns.mjs).
  const kith = (machine: Namespace, ...words: string[]): Running =>
    machine.program('env', 'KITH_MDNS=true', process.execPath, KITH, ...words)
  const node = kith(
    hall,
    'run',
    '--simulated',
    '--json',
    '--home',
    join(folder, 'hall'),
    '--set',
    'name=discovered-hall'
  )
  const { peer } = await started(node)
  const watch = kith(den, 'watch', '--json', '--home', join(folder, 'nobody'))
  const begun = performance.now()
  const found = await Promise.race([lineWith(watch, 'peer', peer), delay(30_000, undefined, { ref: false })])
  t.match(found, { who: 'discovered-hall', signed: true })
  t.comment(`after ${Math.round(performance.now() - begun)} ms`)
})
