import t from 'tap'
import { blankValue } from '../../../src/config/yaml/blank-value.ts'

const path = ['wifi', 'password']
const cases: [name: string, text: string, blank: string | undefined][] = [
  ['plain', 'wifi:\n  password: geheim123 # ours\n', 'wifi:\n  password: "" # ours\n'],
  ['single quotes', "wifi:\n  password: 'it''s one'\n", 'wifi:\n  password: ""\n'],
  ['double quotes', 'wifi: { password: "a \\" b # c", ssid: x }', 'wifi: { password: "", ssid: x }'],
  [
    'line ends of Windows',
    'a: 1\r\nwifi:\r\n  password: geheim123\r\n',
    'a: 1\r\nwifi:\r\n  password: ""\r\n'
  ],
  ['at the end, without a line end', 'wifi:\n  password: geheim123', 'wifi:\n  password: ""'],
  ['a byte order mark', '\ufeffwifi:\n  password: geheim123\n', '\ufeffwifi:\n  password: ""\n'],
  ['an alias', 'x: &a geheim123\nwifi:\n  password: *a\n', undefined],
  ['an anchor', 'wifi:\n  password: &a geheim123\n', undefined],
  ['a section that is an alias', 'x: &a\n  password: geheim123\nwifi: *a\n', undefined],
  ['a tag', 'wifi:\n  password: !!str geheim123\n', undefined],
  ['a block', 'wifi:\n  password: |\n    geheim123\n', undefined],
  ['quotes over lines', 'wifi:\n  password: "geheim\n    123"\n', undefined],
  ['no such key', 'wifi:\n  ssid: x\n', undefined]
]

for (const [name, text, blank] of cases) t.test(name, async (t) => t.equal(blankValue(text, path), blank))
