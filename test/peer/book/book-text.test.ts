import t from 'tap'
import { parse, stringify } from 'yaml'
import type { BookEntry } from '../../../src/peer/book/book.ts'
import { readBookText, writeBookText } from '../../../src/peer/book/book-text.ts'
import { readPlainYaml, writePlainYaml } from '../../../src/peer/book/plain-yaml.ts'
import { rightsOf } from '../../../src/peer/book/rights.ts'

const HALL = '12D3KooWMFbyWpEpag1TWQgq8wF3LAGxuduCniJwioo54e3yZ2ES'
const ATTIC = '12D3KooWSqa5oTZxNL6fFuQfjx1VsYtdag8SvRNcKG5RMVjmwE56'
const RELAY = `/dns4/relay.example.org/tcp/4001/p2p/${ATTIC}`
const ENTRY = `- name: hall\n  peer: ${HALL}\n`

const full: BookEntry = {
  name: 'hall',
  peer: HALL,
  purposes: ['temperature'],
  addresses: ['/ip4/192.168.1.20/tcp/4001', '/ip6/fd00::20/tcp/4001'],
  relays: [RELAY],
  time: true,
  added: 'scanned',
  note: 'by the door: "left"\n\u0085 # é'
}

t.test('what is written is read, by this reader and by that of YAML', async (t) => {
  const plain: BookEntry = { name: '12', peer: ATTIC, purposes: ['true'], addresses: [], time: false }
  for (const entries of [[full], [full, plain], []]) {
    const text = writeBookText(entries)
    t.same(await readBookText(text, 'book.yaml', 'strict'), entries)
    t.same(parse(text), entries)
    if (entries.length > 0) t.ok(readPlainYaml(text), 'without the whole parser')
  }
})

t.test('files of before are read unchanged', async (t) => {
  const { relays: _relays, added: _added, ...old } = full
  const short = { ...old, note: 'by the door, left' }
  t.ok(readPlainYaml(stringify([short], { aliasDuplicateObjects: false })), 'most without the whole parser')
  const text = `# The address book of this node.\n${stringify([old], { aliasDuplicateObjects: false })}`
  for (const rules of ['strict', 'lenient'] as const)
    t.same(await readBookText(text, 'book.yaml', rules), [old])
  for (const extra of [`${ENTRY}  colour: red\n`, `${ENTRY}${ENTRY}`, `${ENTRY}  addresses: [nonsense]\n`])
    t.equal((await readBookText(extra, 'book.yaml', 'lenient'))[0]?.name, 'hall')
})

/** In ASCII: a line end in the name of a test would end it. */
function ascii(text: string): string {
  return JSON.stringify(text).replace(/[^ -~]/g, (one) => one.codePointAt(0)?.toString(16) ?? '')
}

const texts = [
  HALL,
  '12D3KooW',
  '12D3',
  'by the door, left',
  'a:  b',
  'a,b',
  'a -b',
  'a - b',
  'a, ',
  'true story',
  'hall',
  '/ip4/1.2.3.4/tcp/1',
  'true',
  'Null',
  '12',
  '1e3',
  '',
  ' a',
  'a ',
  'a: b',
  'a #b',
  '- a',
  '"',
  "'",
  '\\',
  '{}',
  '[]',
  '~',
  'é',
  '\u0000',
  '\u2028',
  'a:',
  'a:b',
  '0x1',
  '.inf',
  '2026-11-29',
  '%',
  '@',
  '&a',
  '*a',
  '!a',
  'no',
  'y',
  '\u{1f600}',
  '\ud800',
  '\ufeff',
  'a\nb'
]

t.test('each text survives in each place', async (t) => {
  for (const text of texts) {
    const entries = [{ name: text, time: true, purposes: [text, 'x'], note: text }]
    const written = writePlainYaml(entries)
    t.same(readPlainYaml(written), entries, ascii(text))
    if (text !== '\ud800') t.same(parse(written), entries, `${ascii(text)} by YAML`)
  }
})

t.test('the short way reads as YAML does, or not at all', async (t) => {
  const values = [
    ...texts,
    '"a"',
    "'a'",
    '[a]',
    '[]',
    '|\n    a',
    '>',
    '&x a',
    'a # b',
    '"\\x41"',
    '"a" b',
    'true'
  ]
  for (const value of values)
    for (const text of [`- a: ${value}\n`, `- a:\n    - ${value}\n`, `- a: b\n  c: ${value}\n  d: e\n`]) {
      const read = readPlainYaml(text)
      if (read !== undefined) t.same(read, parse(text), ascii(text))
    }
  for (const text of [
    '- a: b\n  a: c\n',
    '- a:\n',
    '  a: b\n',
    '- b\n',
    '- a: b\n   c: d\n',
    '---\n- a: b\n',
    '- a: b\n    - c\n',
    'a: b'
  ])
    t.equal(readPlainYaml(text), undefined, ascii(text))
})

for (const [what, text, line, hint] of [
  ['no list', 'name: hall\n', undefined, /move the file away/],
  ['no YAML', '- {\n', undefined, /mend the entry/],
  ['no name', `${ENTRY}- peer: ${ATTIC}\n`, 3, /write name:/],
  ['no PeerId', '- name: hall\n  peer: hall\n', 1, /kith id/],
  ['a PeerId that is cut', `# one\n\n- name: hall\n  peer: ${HALL.slice(0, -1)}\n`, 3, /kith id/],
  ['purposes of another kind', `${ENTRY}  purposes: temperature\n`, 1, /purposes: \[/],
  ['a name twice', `${ENTRY}- name: hall\n  peer: ${ATTIC}\n`, 3, /rename/],
  ['a PeerId twice', `${ENTRY}- name: den\n  peer: ${HALL}\n`, 3, /remove/],
  ['an unknown key', `${ENTRY}  adresses: []\n`, 1, /addresses/],
  ['a purpose that is none', `${ENTRY}  purposes: [So il]\n`, 1, /lower-case/],
  ['an address that is none', `${ENTRY}  addresses: [192.168.1.20]\n`, 1, /\/ip4\//],
  ['an address of another', `${ENTRY}  addresses: [/ip4/1.2.3.4/tcp/1/p2p/${ATTIC}]\n`, 1, /\/p2p\//],
  ['a relay without its PeerId', `${ENTRY}  relays: [/ip4/1.2.3.4/tcp/1]\n`, 1, /PeerId of the relay/],
  ['the peer as its own relay', `${ENTRY}  relays: [/ip4/1.2.3.4/tcp/1/p2p/${HALL}]\n`, 1, /relay/],
  ['three relays', `${ENTRY}  relays: [${RELAY}, ${RELAY}, ${RELAY}]\n`, 1, /keep the 2/],
  ['a right that is none', `${ENTRY}  may: [opperate]\n`, 1, /operate:heater/],
  ['a right for a part of the node', `${ENTRY}  may: ['own:heater']\n`, 1, /for one thing/],
  ['rights of another kind', `${ENTRY}  may: own\n`, 1, /may: \[/],
  ['time that is no truth', `${ENTRY}  time: maybe\n`, 1, /time: true/],
  ['a note that is not text', `${ENTRY}  note: 12\n`, 1, /quotes/],
  ['an origin that is none', `${ENTRY}  added: found\n`, 1, /typed, scanned, met/]
] as const) {
  t.test(`an edit is refused with line and cure: ${what}`, async (t) => {
    const place = line === undefined ? /^book\.yaml: / : new RegExp(`^book\\.yaml:${line}: entry `)
    await t.rejects(readBookText(text, 'book.yaml', 'strict'), {
      code: 'bad-book',
      remedy: 'stop',
      message: place,
      commandHint: hint
    })
  })
}

t.test('rights are written and read', async (t) => {
  const may = ['own', 'operate:heater', 'read:/doc/notes/v1', 'read:air/temperature']
  const text = writeBookText([{ ...full, may }])
  t.ok(readPlainYaml(text), 'by the short way')
  t.strictSame((await readBookText(text, 'book.yaml', 'strict'))[0]?.may, may)
  const [inFlow] = await readBookText(`${ENTRY}  may: [own, operate:heater]\n`, 'book.yaml', 'strict')
  t.strictSame(inFlow?.may, ['own', 'operate:heater'])
  t.notMatch(writeBookText([{ ...full, may: [] }]), /may/)
  const [old] = await readBookText(`${ENTRY}  may: [fly, read]\n`, 'book.yaml', 'lenient')
  t.strictSame(old && rightsOf(old), [{ word: 'read', on: undefined }], 'what is no right gives nothing')
})

t.test('a book of 10,000 entries is read by the short way', async (t) => {
  const entries = Array.from({ length: 10_000 }, (_, i) => ({ ...full, name: `n${i}`, peer: peerOf(i) }))
  const text = writeBookText(entries)
  t.ok(readPlainYaml(text))
  t.same((await readBookText(text, 'book.yaml', 'strict')).length, entries.length)
})

/** Of the form of a PeerId, another one for each number. */
function peerOf(number: number): string {
  const digits = String(number).padStart(6, '0').replaceAll('0', 'A')
  return HALL.slice(0, -6) + digits
}
