import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import t from 'tap'
import type { LoggedCommand, SwitchView } from '../../../../src/node/api/operations.ts'
import { kith } from '../../../support/process/kith.ts'
import { until } from '../../../support/until.ts'

const CONFIG = `
name: hall
listen: [/ip4/127.0.0.1/tcp/0]
mdns: false
switches:
  - { name: heater, line: GPIO27 }
  - { name: fridge, line: GPIO22, minOff: 1h }
  - { name: vent, line: GPIO23, safe: on }
`

/** Of the log, about the heater. */
function rowsOnDisk(home: string): number {
  const db = new DatabaseSync(join(home, 'history.sqlite'), { readOnly: true })
  try {
    return Number(db.prepare("SELECT count(*) AS n FROM commands WHERE name = 'heater'").get()?.['n'])
  } finally {
    db.close()
  }
}

t.test('a node that is killed with an output on: safe after the restart, and the log tells', async (t) => {
  const home = mkdtempSync(join(tmpdir(), 'kith-killed-'))
  t.teardown(() => rmSync(home, { recursive: true, force: true }))
  writeFileSync(join(home, 'kith.yaml'), CONFIG)
  const run = () => kith('run', '--simulated', '--home', home)
  const ask = async <T>(...words: string[]): Promise<T> => {
    const { out, err, end } = kith(...words, '--json', '--home', home)
    if ((await end) !== 0) throw new Error(err())
    return JSON.parse(out()) as T
  }
  const ready = (node: ReturnType<typeof run>): Promise<void> =>
    until(() => /listening|ready|peer/i.test(node.out()))
  const first = run()
  await ready(first)
  t.match(await ask<SwitchView[]>('switch', 'heater', 'on', '--for', '1h'), [{ state: 'on', left: Number }])
  t.match(await ask<SwitchView[]>('switch', 'vent', 'off'), [{ state: 'off' }])
  await until(() => rowsOnDisk(home) === 2)
  first.child.kill('SIGKILL')
  await first.end
  const second = run()
  await ready(second)
  t.match(await ask<SwitchView[]>('switch'), [
    { name: 'heater', state: 'off', left: null, lock: null },
    { name: 'fridge', state: 'off', lock: Number },
    { name: 'vent', state: 'on', left: null }
  ])
  t.match(await ask<LoggedCommand[]>('switch', 'log', 'heater'), [
    { asked: 'start', answer: 'off' },
    { who: 'this machine', asked: 'on', for: 3600, answer: 'on' },
    { asked: 'start', answer: 'off' }
  ])
  const { end, err } = kith('switch', 'fridge', 'on', '--home', home)
  t.equal(await end, 4)
  t.match(err(), /it may be switched on in \d+ s \(minOff\)/)
  second.child.kill('SIGTERM')
  await second.end
})
