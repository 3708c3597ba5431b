import t from 'tap'
import { openMetrics } from '../../../src/node/control/metrics/open-metrics.ts'
import { statusMetrics } from '../../../src/node/control/metrics/status-metrics.ts'
import { dropReasons } from '../../../src/protocol/datagram/counters.ts'
import { fault, series, status } from '../../support/fakes/views.ts'

const HEAD = /^# (TYPE|UNIT|HELP) ([a-z_]+) (.+)$/
const SAMPLE = /^([a-z_]+)(?:\{((?:[a-z_]+="(?:[^"\\]|\\[\\n"])*",?)+)\})? (-?\d+(?:\.\d+)?(?:e[+-]\d+)?)$/
const suffixes: Readonly<Record<string, string>> = { counter: '_total', gauge: '', info: '_info' }

/** Reads an exposition as strictly as OpenMetrics 1.0 is. @throws Error naming the line */
function parse(text: string): Map<string, number> {
  const samples = new Map<string, number>()
  const families = new Set<string>()
  let family = ''
  let suffix = ''
  const lines = text.split('\n')
  if (lines.pop() !== '' || lines.pop() !== '# EOF') throw new Error('it does not end with # EOF')
  for (const line of lines) {
    const [, keyword, name = '', rest = ''] = HEAD.exec(line) ?? []
    const [, sample, labels = '', value] = SAMPLE.exec(line) ?? []
    if (keyword === 'TYPE') {
      if (families.has(name) || /_(total|info)$/.test(name)) throw new Error(`again, or no name: ${line}`)
      families.add(name)
      family = name
      suffix = suffixes[rest] ?? 'no such type'
    } else if (keyword !== undefined) {
      if (name !== family) throw new Error(`of another family: ${line}`)
      if (keyword === 'UNIT' && !name.endsWith(`_${rest}`)) throw new Error(`not in the name: ${line}`)
    } else {
      const key = `${sample}{${labels}}`
      if (sample !== `${family}${suffix}` || samples.has(key)) throw new Error(`no sample: ${line}`)
      samples.set(key, Number(value))
    }
  }
  return samples
}

function metrics(change: Partial<typeof status> = {}): Map<string, number> {
  return parse(statusMetrics({ ...status, ...change }))
}

t.test('the form: names, types, units, escapes, and the end', (t) => {
  const text = openMetrics([
    {
      name: 'kith_x',
      type: 'counter',
      help: 'Back\\slash,\nline',
      samples: [{ labels: { a: '"\\\n', none: '' }, value: 3 }, { value: 0.5 }]
    },
    { name: 'kith_y_seconds', type: 'gauge', unit: 'seconds', help: 'Y.', samples: [{ value: -1 }] },
    { name: 'kith_z', type: 'info', help: 'Z.', samples: [{ labels: { b: 'c' }, value: 1 }] },
    { name: 'kith_empty', type: 'gauge', help: 'Nothing.', samples: [] }
  ])
  t.same(text.split('\n'), [
    '# TYPE kith_x counter',
    '# HELP kith_x Back\\\\slash,\\nline',
    'kith_x_total{a="\\"\\\\\\n"} 3',
    'kith_x_total 0.5',
    '# TYPE kith_y_seconds gauge',
    '# UNIT kith_y_seconds seconds',
    '# HELP kith_y_seconds Y.',
    'kith_y_seconds -1',
    '# TYPE kith_z info',
    '# HELP kith_z Z.',
    'kith_z_info{b="c"} 1',
    '# EOF',
    ''
  ])
  t.doesNotThrow(() => parse(text))
  t.throws(() => parse('kith_a 1\n# EOF\n'), 'a sample without a family is seen by this test')
  t.end()
})

t.test('every reason of a drop has its counter', async (t) => {
  const drops = dropReasons.map((reason, i) => [`datagram.dropped-${reason}`, i] as const)
  const found = metrics({ counters: Object.fromEntries(drops) })
  for (const [i, reason] of dropReasons.entries())
    t.equal(found.get(`kith_datagram_drops_total{reason="${reason}"}`), i)
})

t.test('every counter is in one family, once', async (t) => {
  const found = metrics({
    counters: {
      'gossip.accept': 12,
      'gossip.reject-signature': 2,
      'gossip.ignore-too-old': 1,
      'gossip.publish': 9,
      'gossip.publish-failed': 1,
      'neighbours.find': 6,
      'journal.fresh': 40,
      'query.sessions': 3,
      'query.busy': 1,
      'datagram.sent-udp': 7,
      'datagram.received-stream': 8,
      'kiln.hot': 5
    }
  })
  t.match(Object.fromEntries(found), {
    'kith_gossip_received_total{verdict="accept"}': 12,
    'kith_gossip_received_total{verdict="reject",reason="signature"}': 2,
    'kith_gossip_received_total{verdict="ignore",reason="too-old"}': 1,
    'kith_gossip_published_total{result="sent"}': 9,
    'kith_gossip_published_total{result="failed"}': 1,
    'kith_neighbours_events_total{event="find"}': 6,
    'kith_journal_events_total{event="fresh"}': 40,
    'kith_query_sessions{}': 3,
    'kith_query_events_total{event="busy"}': 1,
    'kith_datagrams_total{direction="sent",carrier="udp"}': 7,
    'kith_datagrams_total{direction="received",carrier="stream"}': 8,
    'kith_other_events_total{event="kiln.hot"}': 5,
    'kith_peers{}': status.peers,
    'kith_uptime_seconds{}': status.uptime
  })
})

t.test('sensors and their readings; a name may hold anything', async (t) => {
  const sensor = { type: 'bme280', place: '0x76 on i2c-1', interval: 10 }
  const door = series({ device: 'door', quantity: 'contact', value: true, unit: null, age: 3 })
  const found = metrics({
    name: 'the "hall"\\\n',
    sensors: [
      { ...sensor, name: 'air', state: 'value', series: [series(), door] },
      { ...sensor, name: 'soil', state: 'fault', series: [fault()] },
      {
        ...sensor,
        name: 'attic',
        state: 'stale',
        series: [series({ device: 'attic', state: 'stale', stale: 'silent', age: 180 })]
      }
    ]
  })
  const samples = Object.fromEntries(found)
  t.match(samples, {
    'kith_sensor_up{sensor="air",type="bme280"}': 1,
    'kith_sensor_up{sensor="soil",type="bme280"}': 0,
    'kith_sensor_up{sensor="attic",type="bme280"}': 0,
    'kith_reading{sensor="air",quantity="temperature",unit="Cel"}': 21.48,
    'kith_reading{sensor="door",quantity="contact"}': 1,
    'kith_reading_age_seconds{sensor="soil",quantity="voltage",channel="a0",unit="V"}': 40
  })
  t.equal(
    Object.keys(samples).filter((key) => key.startsWith('kith_reading{')).length,
    2,
    'no value for a fault or a silent sensor'
  )
  t.ok(Object.keys(samples).some((key) => key.includes('name="the \\"hall\\"\\\\\\n"')))
})
