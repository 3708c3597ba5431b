import { defined } from '../../../defined.ts'
import type { SensorView, SeriesView, Status } from '../../api/operations.ts'
import { type MetricFamily, openMetrics, type Sample } from './open-metrics.ts'

type Title = Pick<MetricFamily, 'name' | 'help'>

/**
 * A node's state as OpenMetrics text (one exposition, ending with `# EOF`). Names and labels stay the same from
 * version to version.
 */
export function statusMetrics(status: Status): string {
  return openMetrics(families(status))
}

function families(status: Status): MetricFamily[] {
  const { memory, history, time } = status
  const { peer, name, version, world } = status
  return [
    {
      name: 'kith_node',
      type: 'info',
      help: 'Identity and version of the node.',
      samples: [{ labels: { peer, name, version, world }, value: 1 }]
    },
    gauge('kith_uptime_seconds', 'Time since the start.', status.uptime, 'seconds'),
    gauge('kith_peers', 'Peers with a connection.', status.peers),
    gauge('kith_memory_resident_bytes', 'Memory of the process.', memory.rss, 'bytes'),
    gauge('kith_memory_heap_bytes', 'Heap in use.', memory.heapUsed, 'bytes'),
    gauge(
      'kith_history_ok',
      '1 while history is written as configured, else 0.',
      Number(history.state === 'ok')
    ),
    gauge('kith_history_bytes', 'Size of the history.', history.bytes, 'bytes'),
    gauge('kith_history_readings', 'Readings in the history.', history.readings),
    counter({ name: 'kith_history_written_bytes', help: 'Bytes written to the disk.' }, [
      { value: history.bytesWritten }
    ]),
    gauge('kith_clock_quality', 'The clock: 0 synchronised, 1 estimated, 2 unknown.', time.quality),
    ...sensorMetrics(status.sensors),
    ...countedMetrics(status.counters)
  ]
}

function gauge(name: string, help: string, value: number, unit?: string): MetricFamily {
  return defined({ name, type: 'gauge' as const, help, samples: [{ value }], unit })
}

function counter(title: Title, samples: readonly Sample[]): MetricFamily {
  return defined({
    ...title,
    type: 'counter' as const,
    samples,
    unit: title.name.endsWith('_bytes') ? 'bytes' : undefined
  })
}

function sensorMetrics(sensors: readonly SensorView[]): MetricFamily[] {
  const series = sensors.flatMap((sensor) => sensor.series)
  const gauges = (name: string, help: string, samples: readonly Sample[]): MetricFamily => ({
    name,
    type: 'gauge',
    help,
    samples
  })
  return [
    gauges(
      'kith_sensor_up',
      '1 while a sensor measures; 0 for a fault, for silence and before its first reading.',
      sensors.map(({ name, type, state }) => ({
        labels: { sensor: name, type },
        value: Number(state === 'value')
      }))
    ),
    gauges(
      'kith_reading',
      'Latest reading, in the SenML unit of its label; 1 and 0 for true and false.',
      series.flatMap((one) =>
        one.state !== 'value' || one.value === undefined ? [] : [{ labels: labelsOf(one), value: +one.value }]
      )
    ),
    {
      ...gauges(
        'kith_reading_age_seconds',
        'Time since the latest reading or fault.',
        series.map((one) => ({ labels: labelsOf(one), value: one.age }))
      ),
      unit: 'seconds'
    }
  ]
}

function labelsOf({ device, quantity, channel = '', unit }: SeriesView): Record<string, string> {
  return { sensor: device, quantity, channel, unit: unit ?? '' }
}

/** The family of a counter by the prefix of its name (Status.counters). The first match is used. */
const counted: readonly {
  readonly prefix: string
  readonly title: Title
  readonly labels: (rest: string) => Record<string, string>
}[] = [
  {
    prefix: 'datagram.dropped-',
    title: { name: 'kith_datagram_drops', help: 'Datagrams and frames dropped, by reason.' },
    labels: (reason) => ({ reason })
  },
  {
    prefix: 'datagram.',
    title: { name: 'kith_datagrams', help: 'Datagrams sent and received, by carrier.' },
    labels: (rest) => {
      const [direction = '', carrier = ''] = rest.split('-')
      return { direction, carrier }
    }
  },
  {
    prefix: 'gossip.publish',
    title: { name: 'kith_gossip_published', help: 'Own messages published, by result.' },
    labels: (rest) => ({ result: rest === '' ? 'sent' : rest.slice(1) })
  },
  {
    prefix: 'gossip.',
    title: { name: 'kith_gossip_received', help: 'Messages of others, by verdict and reason.' },
    labels: (rest) => {
      const [verdict = '', ...reason] = rest.split('-')
      return { verdict, reason: reason.join('-') }
    }
  },
  {
    prefix: 'neighbours.',
    title: {
      name: 'kith_neighbours_events',
      help: 'Questions about other peers: asked, answered, forwarded, refused.'
    },
    labels: (event) => ({ event })
  },
  {
    prefix: 'journal.',
    title: {
      name: 'kith_journal_events',
      help: 'Readings in the hub: new, repeated, refused.'
    },
    labels: (event) => ({ event })
  },
  {
    prefix: 'via.',
    title: {
      name: 'kith_via_events',
      help: 'Circuits through neighbours: opened, failed, accepted, carried, refused; bytes carried.'
    },
    labels: (event) => ({ event })
  },
  {
    prefix: 'relay.',
    title: {
      name: 'kith_relay_events',
      help: 'Circuits over relays: opened, failed, accepted, refused; reservations of this node; as a relay (serve-): reserved, carried, refused; bytes carried.'
    },
    labels: (event) => ({ event })
  },
  {
    prefix: 'dht.',
    title: {
      name: 'kith_dht_events',
      help: 'DHT: searched, found; questions asked, servers dialled for them, of these failed; questions of others answered, refused.'
    },
    labels: (event) => ({ event })
  },
  {
    prefix: 'query.',
    title: { name: 'kith_query_events', help: 'Events of query streams: accepted, refused, closed.' },
    labels: (event) => ({ event })
  },
  {
    prefix: '',
    title: { name: 'kith_other_events', help: 'All other counters.' },
    labels: (event) => ({ event })
  }
]

/** The values among the counters that can fall. */
const falling: readonly { readonly counter: string; readonly name: string; readonly help: string }[] = [
  { counter: 'query.sessions', name: 'kith_query_sessions', help: 'Open query streams of other peers.' },
  { counter: 'via.circuits', name: 'kith_via_circuits', help: 'Circuits carried for others.' },
  {
    counter: 'via.held',
    name: 'kith_via_held_bytes',
    help: 'Memory of bytes that wait at this node in circuits carried for others.'
  },
  { counter: 'via.ends', name: 'kith_via_ends', help: 'Circuits that end at this node.' },
  { counter: 'relay.ends', name: 'kith_relay_ends', help: 'Circuits over relays that end at this node.' },
  {
    counter: 'relay.serve-reservations',
    name: 'kith_relay_reservations',
    help: 'Reservations that this node gives as a relay.'
  },
  { counter: 'relay.serve-circuits', name: 'kith_relay_circuits', help: 'Circuits carried as a relay.' },
  {
    counter: 'dht.heard',
    name: 'kith_dht_heard',
    help: 'Servers of the DHT whose addresses are remembered.'
  },
  {
    counter: 'dht.roles',
    name: 'kith_dht_roles',
    help: 'Peers of which it is known what they are to the DHT.'
  }
]

function countedMetrics(counters: Status['counters']): MetricFamily[] {
  const left = new Map(Object.entries(counters))
  for (const { counter } of falling) left.delete(counter)
  const families = counted.map(({ prefix, title, labels }) => {
    const samples: Sample[] = []
    for (const [name, value] of left) {
      if (!name.startsWith(prefix)) continue
      left.delete(name)
      samples.push({ labels: labels(name.slice(prefix.length)), value })
    }
    return counter(title, samples)
  })
  const gauges = falling.flatMap(({ counter, name, help }) => {
    const value = counters[counter]
    return value === undefined ? [] : [gauge(name, help, value)]
  })
  return [...families, ...gauges]
}
