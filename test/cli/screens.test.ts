process.env['TZ'] = 'UTC'

import t from 'tap'
import { plain } from '../../src/cli/terminal/ansi-style.ts'
import { startBlock } from '../../src/cli/views/start-block.ts'
import { status } from '../support/fakes/views.ts'
import { golden } from '../support/golden.ts'
import { runCommand } from '../support/process/command-run.ts'

/** Columns of the terminal; none for a pipe. */
const forms: readonly (readonly [name: string, columns: number | undefined])[] = [
  ['wide', 120],
  ['narrow', 44],
  ['pipe', undefined]
]
const UNTIMED = 'kith: 1 reading has no known time: shown with the time since the start of the run\n'
const lines = [
  'peers --all',
  'status',
  'ask temperature',
  'history hall air/temperature',
  'history hall air/temperature --plot',
  'history hall air/temperature --csv',
  'ping hall'
]

for (const line of lines)
  for (const [form, columns] of forms)
    t.test(`${line}, ${form}`, async (t) => {
      const { out, err, status: exit } = await runCommand(line, columns === undefined ? {} : { columns })
      const name = `${line.replaceAll(/[^a-z]+/g, '-')}.${form}.txt`
      t.equal(out, golden(new URL(`golden/${name}`, import.meta.url), out))
      t.equal(err, line.startsWith('history') ? UNTIMED : '')
      t.equal(exit, 0)
      const tooLong = out.split('\n').filter((row) => [...row].length > (columns ?? Infinity))
      // Addresses, and lines that are printed as they arrive, are wrapped by the terminal.
      if (/^peers --all|^ask|plot/.test(line)) t.same(tooLong, [], 'every line fits')
      t.notMatch(out, '\x1b', 'no control sequence of ours or of a stranger')
    })

t.test('the text of a start', async (t) => {
  for (const byNpm of [true, false]) {
    const text = startBlock(status, { ansi: plain, width: Infinity, byNpm }).join('\n')
    t.equal(text, golden(new URL(`golden/start.${byNpm ? 'npm' : 'plain'}.txt`, import.meta.url), text))
  }
})

t.test('colours only on a terminal, and not with NO_COLOR or --no-color', async (t) => {
  const colour = /\x1b\[1m/
  t.match((await runCommand('peers', { columns: 120, environment: { NO_COLOR: '' } })).out, colour)
  t.notMatch((await runCommand('peers', { environment: { NO_COLOR: '' } })).out, colour)
  t.notMatch((await runCommand('peers', { columns: 120 })).out, colour)
  t.notMatch(
    (await runCommand('peers --no-color', { columns: 120, environment: { NO_COLOR: '' } })).out,
    colour
  )
})
