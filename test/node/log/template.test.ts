import t from 'tap'
import { subjectOf, templateOf } from '../../../src/node/log/template.ts'

t.test('messages that differ in bytes and numbers only have one template', async (t) => {
  const groups: readonly (readonly string[])[] = [
    ['air: crc of a1 b2 is 0x3f, not 0x11', 'air: crc of 07 ff is 0x1, not 0xfe'],
    ['w1: a1 01 4b 46 7f ff 0c 10 : crc=3f NO', 'w1: ff ff ff ff ff ff ff ff : crc=c9 NO'],
    ['air: 85 °C is out of range', 'air: -127.5 °C is out of range'],
    ['air: "\x00\x1b" is no sentence', 'air: "\xff\xfe\xfd" is no sentence'],
    ['connect ECONNREFUSED 192.168.1.7:4001', 'connect ECONNREFUSED 10.0.0.9:80'],
    ['no answer after 12ms', 'no answer after 1.3s'],
    ['frame 00ff17 is cut off', 'frame a0c1d2e3f4 is cut off']
  ]
  for (const group of groups) t.equal(new Set(group.map(templateOf)).size, 1, group.join(', '))
  t.equal(new Set(groups.map(([first = '']) => templateOf(first))).size, groups.length)
})

t.test('names keep templates apart', async (t) => {
  const names = [
    'air',
    'air2',
    'air-2',
    'soil',
    'i2c-1',
    'i2c-2',
    'GPIO17',
    'GPIO18',
    '28-00000a',
    '28-00000b'
  ]
  t.equal(new Set(names.map((name) => templateOf(`${name}: no answer`))).size, names.length)
  t.not(templateOf('gossip on /sensor/temp/v1: cut off'), templateOf('gossip on /sensor/hum/v1: cut off'))
})

t.test('subjects are fields; counts and texts are none', async (t) => {
  t.equal(subjectOf({ peer: 'a', count: 3, error: 'x' }), subjectOf({ peer: 'a', count: 4, error: 'y' }))
  t.not(subjectOf({ peer: 'a' }), subjectOf({ peer: 'b' }))
  t.equal(subjectOf(), '')
})
