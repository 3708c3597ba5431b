import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { kith } from '../support/process/kith.ts'
import { inHome, linesOf, runThermometer, started } from '../support/process/node.ts'

// Temporary nodes discover no peers.
process.env['KITH_MDNS'] = 'false'

const CONFIG = `name: hall
time: { rtc: { type: ds3231, bus: i2c-1, address: 0x68 } }
sensors:
  - { type: tmp102, name: air, bus: i2c-1, address: 0x48, interval: 200ms }
`

/** A home whose simulated node has measured and was stopped. */
async function stoppedHome(t: Test, signal: NodeJS.Signals = 'SIGTERM'): Promise<string> {
  const home = mkdtempSync(join(tmpdir(), 'kith-stopped-'))
  t.teardown(() => rmSync(home, { recursive: true, force: true }))
  writeFileSync(join(home, 'kith.yaml'), CONFIG)
  const node = runThermometer(home, 'history.flush=1s')
  t.teardown(() => node.child.kill('SIGKILL'))
  await started(node)
  while ((await rowsOfRunning(home)) < 3) await delay(100)
  node.child.kill(signal)
  await node.end
  return home
}

async function rowsOfRunning(home: string): Promise<number> {
  let rows = 0
  await inHome(home, async (operations) => {
    const { signal } = new AbortController()
    for await (const _ of operations.history({ who: 'hall', what: 'air' }, signal)) rows += 1
  })
  return rows
}

async function history(home: string): Promise<{ status: number | string; rows: unknown[]; err: string }> {
  const { end, out, err } = kith('history', 'hall', 'air', '--json', '--home', home)
  return { status: await end, rows: linesOf(out()), err: err() }
}

t.test('commands for a stopped home start no sensors and leave its history as it is', async (t) => {
  const home = await stoppedHome(t)
  const before = await history(home)
  t.equal(before.status, 0)
  t.match(before.err, /no node runs in .*; using a temporary node with its identity for this command/)
  t.ok(before.rows.length >= 3)
  const add = kith(
    'book',
    'add',
    'attic',
    '12D3KooWFs7HpTm59SLTHAJJFtZa2ojNTemzv8PX1nXqRr2EUnuy',
    '--home',
    home
  )
  t.equal(await add.end, 0, add.err())
  t.notMatch(add.err(), 'i2c', 'the buses of this machine are not opened')
  const after = await history(home)
  t.same(after.rows, before.rows, 'no fault, and no reading more')
  t.match(readFileSync(join(home, 'book.yaml'), 'utf8'), 'attic')
})

t.test('status of a killed node says that none runs', async (t) => {
  const home = await stoppedHome(t, 'SIGKILL')
  t.ok(readdirSync(home).length > 0)
  const before = statSync(join(home, 'history.sqlite')).size
  const { end, out, err } = kith('status', '--home', home)
  t.equal(await end, 3)
  t.equal(out(), '')
  t.equal(err(), `kith: no node runs in ${home}\n      kith run --home ${home} starts one\n`)
  t.equal(statSync(join(home, 'history.sqlite')).size, before, 'and none is started')
})
