import { readdirSync, readFileSync } from 'node:fs'
import t from 'tap'
import { plainYaml } from '../../../src/config/yaml/plain-reader.ts'
import { NotPlain } from '../../../src/config/yaml/positions.ts'
import { wholeYaml } from '../../../src/config/yaml/source.ts'
import type { YamlSource } from '../../../src/config/yaml/yaml-source.ts'
import { seeded } from '../../support/readings.ts'

const root = new URL('../../../', import.meta.url)
const corpus = new URL('test/config/corpus/', root)

/** undefined where the text is for the whole reader. */
function plain(text: string): YamlSource | undefined {
  try {
    return plainYaml.file(text, 'kith.yaml')
  } catch (error) {
    if (error instanceof NotPlain) return undefined
    throw error
  }
}

/** A comparable form, in which -0 is not 0. */
function comparable({ written, problems }: YamlSource): string {
  const sorted = (map: ReadonlyMap<string, unknown>): unknown => [...map].sort(([a], [b]) => (a < b ? -1 : 1))
  const value = JSON.stringify(written.value, (_, one: unknown) => (Object.is(one, -0) ? '-0' : one))
  return JSON.stringify([value, sorted(written.values), sorted(written.keys), problems])
}

/** Whether it was read plainly: then as the library reads it. */
function agrees(text: string): boolean | undefined {
  const found = plain(text)
  if (found === undefined) return undefined
  return comparable(found) === comparable(wholeYaml.file(text, 'kith.yaml'))
}

t.test('what most people write is read without the library', async (t) => {
  for (const text of [
    '',
    '# nothing yet\n',
    'name: hall\n',
    'name: hall # the one below the stairs\nlabels: [a, b-c, "d e"]\n',
    'sensors:\n  - type: bme280\n    address: 0x76\n    offset: -0.50\n  - { type: thermometer, name: air, interval: 10s }\n',
    'sensors:\n- type: ds18b20\n  id: 28-0316a2795fff\nhistory:\n  age: 30d\n  # size: 1GiB\n  path: /data/kith\n',
    'history:\nname: hall\n',
    'listen:\n  - /ip4/0.0.0.0/tcp/4001\n  - "/ip6/::/tcp/4001"\nquiet: 22:00\nnote: it\'s 21 °C, or so\n',
    "text: 'it''s'\nother: \"a\\tb\\u00e9\"\nempty: []\nmap: {}\nnested: [[1, 2], { a: [true, false] }]\n",
    'a:\n  b:\n    - c:\n        d: 1\n      e: 2\n    - - x\n      - z\nf: 3\n'
  ])
    t.equal(agrees(text), true, text)
})

t.test('what the library must read or explain', async (t) => {
  for (const text of [
    'a: 1\na: 2\n',
    'a: &x 1\nb: *x\n',
    'a: |\n  text\n',
    'a: one\n  two\n',
    'a: [1,\n  2]\n',
    'a: [1, ]\n',
    'a: {b}\n',
    'a: yes\n',
    'a: ~\n',
    'a: 007\n',
    'a: 1e3\n',
    'a: .5\n',
    'a: +5\n',
    'a: "x\n',
    'a: "x" y\n',
    'a: b: c\n',
    'a:\tb\n',
    'a: b\r\n',
    '\ufeffa: b\n',
    'a:\u00a0b\n',
    '---\na: b\n',
    'a: b\n---\nc: d\n',
    '!x a\n',
    '- a\nb: c\n',
    'a:\n    b: 1\n  c: 2\n',
    'a: b\n  c: d\n',
    'true: 1\n',
    '? a\n: b\n',
    '<<: {a: 1}\n',
    `${'a: '.repeat(3)}\n`,
    `a: ${'['.repeat(40)}${']'.repeat(40)}\n`,
    '- 1\n'.repeat(20_001),
    `# ${'x'.repeat(256 * 1024)}\n`
  ])
    t.equal(plain(text), undefined, text.slice(0, 40))
})

const texts = [
  ...readdirSync(corpus)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => readFileSync(new URL(name, corpus), 'utf8')),
  readFileSync(new URL('deploy/kith.example.yaml', root), 'utf8'),
  readFileSync(new URL('deploy/kith.example.yaml', root), 'utf8').replace(/^# ?(?=[\s\w-])/gm, '')
]

t.test('both readers agree on every file of the corpus', async (t) => {
  const results = texts.map(agrees)
  t.notOk(results.includes(false))
  t.ok(results.filter((result) => result === true).length > results.length / 3, 'the plain one reads many')
})

t.test('both readers agree on files with changes at random', async (t) => {
  const next = seeded(7)
  const pick = <Item>(of: ArrayLike<Item>): Item => of[Math.floor(next() * of.length)] as Item
  const pieces = [
    ' ',
    '  ',
    ': ',
    ':',
    '- ',
    '#',
    ' #',
    '[',
    ']',
    '{',
    '}',
    ', ',
    ',',
    '"',
    "'",
    '\n',
    '\n  ',
    '\\',
    '0',
    '-',
    '.',
    'e1',
    '0x',
    'null',
    '~',
    '&a',
    '*a',
    '|',
    '>',
    '!',
    '%',
    '@',
    '\t',
    '\r\n',
    'a: b',
    '\n- '
  ]
  const lines = texts.filter((text) => text.length < 4000).flatMap((text) => text.split('\n'))
  let [plainly, differ] = [0, 0]
  for (let round = 0; round < 20_000; round++) {
    const before = Array.from({ length: 1 + Math.floor(next() * 3) }, () => pick(lines)).join('\n')
    const at = Math.floor(next() * (before.length + 1))
    const text = before.slice(0, at) + pick(pieces) + before.slice(at + Math.floor(next() * 2))
    const result = agrees(text)
    if (result !== undefined) plainly++
    if (result === false) {
      differ++
      t.fail(JSON.stringify(text))
    }
  }
  t.equal(differ, 0)
  t.ok(plainly > 4000, `${plainly} were read plainly`)
})
