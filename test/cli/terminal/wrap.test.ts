import t from 'tap'
import { wrapped } from '../../../src/cli/terminal/wrap.ts'

t.test('a line is broken between words, below its text', async (t) => {
  t.same(wrapped('short', 20), ['short'])
  t.same(wrapped('any length at all goes through a pipe', Infinity), [
    'any length at all goes through a pipe'
  ])
  t.same(wrapped('  WHO    a name, a purpose or a PeerId', 24), [
    '  WHO    a name, a',
    '         purpose or a',
    '         PeerId'
  ])
  t.same(wrapped('kith: kith ask needs WHO (a name)', 24), ['kith: kith ask needs WHO', '      (a name)'])
  t.same(wrapped('       without it: no pulses', 20), ['       without it:', '       no pulses'])
  t.same(wrapped('warn   i2c addon: cannot be loaded', 20), [
    'warn   i2c addon:',
    '       cannot be',
    '       loaded'
  ])
})

t.test('colours take no columns, and nothing is lost', async (t) => {
  const dim = '\x1b[2mone two three\x1b[22m'
  t.same(wrapped(dim, 13), [dim])
  t.same(wrapped(dim, 8), ['\x1b[2mone two', 'three\x1b[22m'])
  const text = '  key    some words of different lengths, and a few more'
  for (let width = 20; width < 60; width++) {
    const lines = wrapped(text, width)
    t.ok(
      lines.every((line) => line.length <= width),
      `${width}`
    )
    t.equal(lines.map((line) => line.trim()).join(' '), text.trim())
  }
})

t.test('a word that is too long stays whole, on the line that it would be on', async (t) => {
  const peer = '12D3KooWPKeQDDndirdRq1YLCLxLs6WsWjAYwHw6DwURZiKPGf4K'
  t.same(wrapped(`  PeerId  ${peer}`, 40), [`  PeerId  ${peer}`])
  t.same(wrapped('', 10), [''])
})
