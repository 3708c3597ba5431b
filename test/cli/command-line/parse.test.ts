process.env['TZ'] = 'UTC'

import t from 'tap'
import { parseCommandLine, suggest } from '../../../src/cli/command-line/parse.ts'
import { allCommands } from '../../../src/cli/commands.ts'

const commands = await allCommands()

const NOW = Date.UTC(2026, 10, 23, 12)

function parse(line: string) {
  return parseCommandLine(
    line.split(' ').filter((word) => word !== ''),
    commands,
    NOW
  )
}

t.test('what is understood', async (t) => {
  const rows: readonly (readonly [
    line: string,
    action: string | undefined,
    values: object,
    positionals: string[]
  ])[] = [
    ['', undefined, {}, []],
    ['--help', undefined, { help: true }, []],
    ['-h', undefined, { help: true }, []],
    ['peers', 'peers', {}, []],
    ['peers -w', 'peers', { watch: true }, []],
    ['-w peers', 'peers', { watch: true }, []],
    ['--home /a peers --json', 'peers', { home: '/a', json: true }, []],
    ['--home=/a peers', 'peers', { home: '/a' }, []],
    ['watch', 'watch', {}, []],
    ['watch hall den', 'watch', {}, ['hall', 'den']],
    ['watch hall -s air den', 'watch', { what: 'air' }, ['hall', 'den']],
    ['watch -- --odd', 'watch', {}, ['--odd']],
    ['ask hall --timeout 500ms', 'ask', { timeout: 500 }, ['hall']],
    ['ask hall --timeout 10m', 'ask', { timeout: 600_000 }, ['hall']],
    ['ask hall air --timeout=2min', 'ask', { timeout: 120_000 }, ['hall', 'air']],
    ['history hall air --since 1h', 'history', { since: NOW / 1000 - 3600 }, ['hall', 'air']],
    ['history hall air --since 2026-11-23', 'history', { since: NOW / 1000 - 43_200 }, ['hall', 'air']],
    ['history hall air --until 2026-11-23T13:00+01:00', 'history', { until: NOW / 1000 }, ['hall', 'air']],
    ['history hall air --since 10m', 'history', { since: NOW / 1000 - 600 }, ['hall', 'air']],
    ['history hall air --since yesterday', 'history', { since: NOW / 1000 - 129_600 }, ['hall', 'air']],
    ['history hall air --until 11:00', 'history', { until: NOW / 1000 - 3600 }, ['hall', 'air']],
    ['history hall air --limit 5', 'history', { limit: 5 }, ['hall', 'air']],
    ['run', 'run', {}, []],
    ['run --simulated', 'run', { simulated: true }, []],
    ['run --simulated 7', 'run', { simulated: '7' }, []],
    ['run --simulated=7', 'run', { simulated: '7' }, []],
    ['devices scan --simulated i2c-1', 'scan', { simulated: true }, ['i2c-1']],
    ['devices scan --simulated 7 i2c-1', 'scan', { simulated: '7' }, ['i2c-1']],
    ['run --simulated --home .kith', 'run', { simulated: true, home: '.kith' }, []],
    ['run --set a=1,2 --set b=3', 'run', { set: ['a=1,2', 'b=3'] }, []],
    ['book', 'list', {}, []],
    ['book --json', 'list', { json: true }, []],
    ['book list', 'list', {}, []],
    ['book add hall x -p a,b -p c --time', 'add', { purpose: ['a', 'b', 'c'], time: true }, ['hall', 'x']],
    ['book --note add add hall', 'add', { note: 'add' }, ['hall']],
    ['book add hall --purpose=a,,b,', 'add', { purpose: ['a', 'b'] }, ['hall']],
    ['config', 'check', {}, []],
    ['config show -a', 'show', { all: true }, []],
    ['completion fish', 'completion', {}, ['fish']],
    ['ask --help', 'ask', { help: true }, []],
    ['help', undefined, { help: true }, []],
    ['help ask', 'ask', { help: true }, []],
    ['help book add', 'add', { help: true }, []]
  ]
  for (const [line, action, values, positionals] of rows) {
    const parsed = parse(line)
    t.equal(parsed.action?.name, action, line)
    t.same(parsed.values, values, line)
    t.same(parsed.positionals, positionals, line)
  }
})

t.test('what is refused, with which message', async (t) => {
  const rows: readonly (readonly [line: string, message: RegExp])[] = [
    ['wach', /^unknown command: wach; did you mean watch\?/],
    ['hist', /did you mean history\?/],
    ['xyzzy', /^unknown command: xyzzy$/],
    ['--jsno', /kith has no option --jsno; did you mean --json\?/],
    ['watch --hoem x', /kith watch has no option --hoem; did you mean --home\?/],
    ['watch -z', /kith watch has no option -z$/],
    ['start', /^unknown command: start; did you mean run\?/],
    ['book rm hall', /^unknown action of kith book: rm; did you mean remove\?/],
    ['-v', /^kith has no option -v; did you mean --version\?/],
    ['peers -W', /^kith peers has no option -W; did you mean --watch\?/],
    ['watch -x', /^kith watch has no option -x$/],
    ['book ad', /^unknown action of kith book: ad; did you mean add\?/],
    ['ask', /kith ask needs WHO/],
    ['status hall now', /^kith status: unexpected argument now$/],
    ['ask hall air more', /^kith ask: unexpected argument more$/],
    ['peers --json=yes', /--json: takes no value/],
    ['peers --home', /--home: needs a value \(DIR\)/],
    ['peers --home --json', /--home: needs a value/],
    ['peers --home=', /--home: is empty/],
    ['run --set=', /--set: is empty/],
    ['peers --timeout 5', /must be a duration such as .*, not 5; did you mean 5s\?/],
    ['peers --timeout 1h', /--timeout: must be 100ms to 10min, not 1h$/],
    ['peers --timeout 10ms', /--timeout: must be 100ms to 10min, not 10ms$/],
    ['peers --timeout soon', /must be a duration such as .*, not soon$/],
    ['history hall air --limit 0', /--limit: must be 1 to 1000000, not 0$/],
    ['history hall air --limit 1000001', /--limit: must be 1 to 1000000, not 1000001$/],
    ['history hall air --limit 1e3', /--limit: must be 1 to 1000000, not 1e3$/],
    ['history hall air --since tomorrow', /must be a duration \(1h\), a time .* or a date .*, not tomorrow$/],
    ['history hall air --since 2026-13-40', /--since: there is no 2026-13-40$/],
    ['history hall air --since 2026-02-30', /--since: there is no 2026-02-30$/],
    ['history hall air --since 2', /did you mean 2h\?/],
    ['completion bsh', /SHELL must be one of bash, zsh, fish, .*not bsh; did you mean bash\?/],
    ['switch pump of', /TO must be one of on, off, status, not of; did you mean off\?/],
    ['completion', /needs SHELL/]
  ]
  for (const [line, message] of rows) t.throws(() => parse(line), { code: 'usage', message }, line)
})

t.test('suggestions', async (t) => {
  const words = ['watch', 'history', 'ask', 'add']
  t.equal(suggest('wacth', words), 'watch', 'neighbours swapped')
  t.equal(suggest('hi', words), 'history', 'the only one that begins so')
  t.equal(suggest('a', words), undefined, 'one letter is no beginning')
  t.equal(suggest('elephant', words), undefined)
})

t.test('every command has a summary, and an example that parses', async (t) => {
  const all = commands.flatMap((command) => ('actions' in command ? command.actions : [command]))
  for (const { name, summary, example, options } of all) {
    t.ok(summary.length > 10 && summary.length < 90, `${name}: ${summary}`)
    for (const [option, { summary }] of Object.entries(options))
      t.ok(summary.length > 5, `${name} --${option}`)
    const [, line = ''] = /^kith (.*?)( >.*)?$/.exec(example) ?? []
    if (line !== '') t.doesNotThrow(() => parse(line), example)
  }
})
