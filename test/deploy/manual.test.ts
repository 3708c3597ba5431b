import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import t from 'tap'
import { clockChips, devices } from '../../devices/index.ts'
import { manualPages } from '../../scripts/manual/pages.ts'
import { globalOptions } from '../../src/cli/command-line/command.ts'
import { allCommands } from '../../src/cli/commands.ts'
import { configJsonSchema } from '../../src/config/json-schema.ts'

const pages = await manualPages('0.1.0', 1_764_000_000)
const commandPage = pages['kith.1'] ?? ''
const configurationPage = pages['kith.yaml.5'] ?? ''
/** As roff reads it. */
const plain = (page: string): string => page.replaceAll('\\-', '-')

t.test('kith(1) has every command, action and option', async (t) => {
  const page = plain(commandPage)
  for (const command of await allCommands()) {
    const actions = 'actions' in command ? command.actions : [command]
    for (const action of actions) {
      t.match(page, action.example.split("'")[0], action.name)
      for (const name of Object.keys({ ...action.options, ...globalOptions }))
        t.match(page, new RegExp(`^\\.B (-\\w, )?--${name}\\b`, 'm'), `${command.name} --${name}`)
    }
  }
})

t.test('kith.yaml(5) explains every option of the schema', async (t) => {
  const schema = await configJsonSchema(devices, clockChips)
  const names = Object.keys(schema['properties'] as object)
  t.ok(names.length > 10)
  const entries = [...plain(configurationPage).matchAll(/^\.B (.+)\n(.*)$/gm)]
  const terms = new Set(entries.map(([, term]) => term))
  for (const name of names) t.ok(terms.has(name), name)
  for (const { type } of devices) t.ok(terms.has(`sensors[].type: ${type}`), type)
  for (const term of ['history.age', 'sensors[].filters[].median', 'sensors[].interval', 'time.rtc.bus'])
    t.ok(terms.has(term), term)
  const unexplained = entries.filter(([, , meaning]) => meaning === '' || meaning?.startsWith('.'))
  t.strictSame(
    unexplained.map(([, term]) => term),
    []
  )
})

const missing = spawnSync('mandoc', ['-Tlint', '/dev/null']).error?.message

t.test('mandoc finds nothing to correct', { skip: missing ?? false }, async (t) => {
  const folder = t.testdir(pages)
  for (const name of Object.keys(pages)) {
    const { stdout } = spawnSync('mandoc', ['-Tlint', '-Wwarning', join(folder, name)], { encoding: 'utf8' })
    t.equal(stdout, '', name)
  }
})
