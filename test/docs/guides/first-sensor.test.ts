import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { kith } from '../../support/process/kith.ts'
import { until } from '../../support/until.ts'

process.env['KITH_MDNS'] = 'false'

const page = readFileSync(new URL('../../../docs/first-sensor.md', import.meta.url), 'utf8')
const lines = [...page.matchAll(/^ {4}kith (.*)$/gm)].map(([, words = '']) => words)
const [, yaml = ''] = /```yaml\n([\s\S]*?)```/.exec(page) ?? []
const [, shown = ''] = /```text\n([\s\S]*?)```/.exec(page) ?? []
const onHardware = new Set(['devices scan', 'devices test', 'run'])

/** What stays the same of a measurement. */
function withoutValues(text: string): string {
  return text.replaceAll(/\d+\.\d+/g, 'N')
}

t.test('the page, command by command, on a simulated machine', async (t) => {
  const home = join(mkdtempSync(join(tmpdir(), 'kith-first-')), 'home')
  t.teardown(() => rmSync(join(home, '..'), { recursive: true, force: true }))
  const start = (line: string): ReturnType<typeof kith> =>
    kith(...line.split(' '), ...(onHardware.has(line) ? ['--simulated'] : []), '--home', home)
  const out = new Map<string, string>()
  let node: ReturnType<typeof kith> | undefined
  for (const line of lines) {
    const running = start(line)
    if (line === 'run') {
      node = running
      t.teardown(() => running.child.kill())
      // The first sample follows the start: the question is asked again until it is there.
      await until(async () => {
        if (running.child.exitCode !== null) throw new Error(`kith run ends: ${running.err()}`)
        return running.out().includes('"started"') && (await start('ask hall air').end) === 0
      }, 60_000)
      continue
    }
    t.equal(await running.end, 0, `kith ${line}: ${running.err()}`)
    out.set(line, running.out())
    if (line === 'devices scan') writeFileSync(join(home, 'kith.yaml'), yaml)
  }
  t.ok(node !== undefined)
  t.match(out.get('config check'), 'no errors, 1 sensor')
  t.equal(withoutValues(out.get('devices test') ?? ''), withoutValues(shown))
  t.match(out.get('ask hall air'), /hall\/air\/temperature .*°C/)
  t.match(out.get('history hall air/temperature'), /hall\/air\/temperature/)
  node?.child.kill('SIGTERM')
  await node?.end
})
