import { join } from 'node:path'
import t from 'tap'
import { jsonPage } from '../support/generated/json-page.ts'
import { golden } from '../support/golden.ts'
import { runCommand } from '../support/process/command-run.ts'

const page = jsonPage()

t.test('docs/json.md is made of the source', async (t) => {
  t.equal(page, golden(new URL('../../docs/json.md', import.meta.url), page))
})

/** The keys of the objects that a command prints. */
function keysOf(out: string): string[] {
  const values = out
    .trim()
    .split('\n')
    .flatMap((line): unknown[] => [JSON.parse(line) as unknown].flat())
  return [...new Set(values.flatMap((value) => Object.keys(value ?? {})))]
}

/** The keys that the page has for a command: those in braces of its line, and those in the tables of the types it names. */
function keysOnPage(command: string): string[] {
  const line = page.split('\n').find((row) => row.startsWith(`| \`kith ${command}\``)) ?? ''
  const ownKeys = [...line.matchAll(/\{ (.*?) \}/g)].flatMap(([, keys = '']) => keys.split(/\W+/))
  const tables = sectionsOf(line).flatMap((section) => [...section.matchAll(/^\| `(\w+)\??` \|/gm)])
  return [...ownKeys, ...tables.flatMap(([, key = '']) => key)].filter((key) => key !== '')
}

/** The sections of the types that a text names, and of those that their prose names: unions, and what a type extends. */
function sectionsOf(text: string): string[] {
  return [...new Set(text.match(/\b[A-Z]\w+\b/g))].flatMap((name) => {
    const section = page.split(`\n### ${name}\n`)[1]?.split('\n### ')[0]
    if (section === undefined) return []
    return [section, ...sectionsOf(section.replaceAll(/^\|.*$/gm, ''))]
  })
}

t.test('keys of a command are those of its braces, its types, and what these extend', async (t) => {
  t.strictSame(keysOnPage('id'), ['peer', 'name', 'addresses'])
  const history = keysOnPage('history')
  for (const key of ['who', 'shown', 'holder', 'lost', 'incomplete', 'count'])
    t.ok(history.includes(key), key)
  // Words of the prose, and keys in a key's type.
  for (const word of ['Name', 'its', 'epoch']) t.notOk(history.includes(word), word)
})

t.test('every key that a command prints is on the page', async (t) => {
  const home = join(t.testdir(), 'home')
  const rows: readonly (readonly [command: string, line: string])[] = [
    ['init', 'init --name hall'],
    ['status', 'status'],
    ['id', 'id'],
    ['peers', 'peers'],
    ['book', 'book'],
    ['ask', 'ask hall'],
    ['watch', 'watch'],
    ['history', 'history hall air'],
    ['ping', 'ping hall -n 1'],
    ['switch', 'switch'],
    ['devices', 'devices'],
    ['devices --types', 'devices --types'],
    ['devices scan', 'devices scan'],
    ['devices test', 'devices test'],
    ['config check', 'config check'],
    ['config show', 'config show'],
    ['config path', 'config path'],
    ['doctor', 'doctor']
  ]
  for (const [command, line] of rows) {
    // watch goes on until Ctrl-C.
    const leaving = new AbortController()
    const running = runCommand(`${line} --json`, { home, signal: leaving.signal })
    if (line === 'watch') setTimeout(() => leaving.abort(), 100)
    const { out, err } = await running
    const keys = keysOnPage(command)
    t.not(keys.length, 0, `${command} is on the page`)
    t.not(out, '', `${command} prints something, not only ${err}`)
    for (const key of keysOf(out)) t.ok(keys.includes(key), `${command}: ${key}`)
  }
})

t.test(
  'config check --json is a list of problems, and its status says whether one is an error',
  async (t) => {
    const folder = t.testdir({
      'good.yaml': 'name: hall\n',
      'old.yaml': 'relay: true\n',
      'bad.yaml': 'name: hall\nlisten: 4001\nsafe: 1\n'
    })
    const good = await runCommand(`config check ${join(folder, 'good.yaml')} --json`)
    t.same([good.status, good.out], [0, '[]\n'])
    const old = await runCommand(`config check ${join(folder, 'old.yaml')} --json`)
    t.equal(old.status, 0)
    t.match(JSON.parse(old.out), [{ level: 'warning', line: 1, path: 'relay' }])
    const bad = await runCommand(`config check ${join(folder, 'bad.yaml')} --json`)
    t.equal(bad.status, 2)
    t.match(JSON.parse(bad.out), [
      { level: 'error', file: join(folder, 'bad.yaml'), line: 2, column: 9, path: 'listen' },
      { level: 'error', line: 3, path: 'safe' }
    ])
  }
)
