import type { SensorView, SeriesView, Status } from '../../api/operations.ts'
import type { MetricFamily, Sample } from './open-metrics.ts'

type Told = Pick<MetricFamily, 'name' | 'help'>

/** A node's state as a monitoring system wants it. Names and labels stay the same from version to version. */
export function statusMetrics(status: Status): MetricFamily[] {
  const { memory, history, time } = status
  const { peer, name, version, world } = status
  return [
    {
      name: 'kith_node',
      type: 'info',
      help: 'Who this is.',
      samples: [{ labels: { peer, name, version, world }, value: 1 }]
    },
    gauge('kith_uptime_seconds', 'Time since the start.', status.uptime, 'seconds'),
    gauge('kith_peers', 'Peers with a connection.', status.peers),
    gauge('kith_memory_resident_bytes', 'Memory of the process.', memory.rss, 'bytes'),
    gauge('kith_memory_heap_bytes', 'Memory that the program’s objects take.', memory.heapUsed, 'bytes'),
    gauge(
      'kith_history_ok',
      '1 where history is kept as configured, else 0.',
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
  return { name, type: 'gauge', help, samples: [{ value }], ...(unit === undefined ? {} : { unit }) }
}

function counter(told: Told, samples: readonly Sample[]): MetricFamily {
  return { ...told, type: 'counter', samples, ...(told.name.endsWith('_bytes') ? { unit: 'bytes' } : {}) }
}

function sensorMetrics(sensors: readonly SensorView[]): MetricFamily[] {
  const series = sensors.flatMap((sensor) => sensor.series)
  const told = (name: string, help: string, samples: readonly Sample[]): MetricFamily => ({
    name,
    type: 'gauge',
    help,
    samples
  })
  return [
    told(
      'kith_sensor_up',
      '1 where a sensor measures; 0 for a fault, silence, and before its first reading.',
      sensors.map(({ name, type, state }) => ({
        labels: { sensor: name, type },
        value: Number(state === 'value')
      }))
    ),
    told(
      'kith_reading',
      'Latest reading, in the SenML unit of its label; 1 and 0 for true and false.',
      series.flatMap((one) =>
        one.state !== 'value' || one.value === undefined ? [] : [{ labels: labelsOf(one), value: +one.value }]
      )
    ),
    {
      ...told(
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

/** What is counted as `room.name` (Status.counters), by the beginning of it. The first that fits is taken. */
const counted: readonly {
  readonly begins: string
  readonly told: Told
  readonly labels: (rest: string) => Record<string, string>
}[] = [
  {
    begins: 'datagram.dropped-',
    told: { name: 'kith_datagram_drops', help: 'Datagrams and frames dropped, by reason.' },
    labels: (reason) => ({ reason })
  },
  {
    begins: 'datagram.',
    told: { name: 'kith_datagrams', help: 'Datagrams sent and received, by carrier.' },
    labels: (rest) => {
      const [direction = '', carrier = ''] = rest.split('-')
      return { direction, carrier }
    }
  },
  {
    begins: 'gossip.publish',
    told: { name: 'kith_gossip_published', help: 'Messages of our own given to gossip.' },
    labels: (rest) => ({ result: rest === '' ? 'sent' : rest.slice(1) })
  },
  {
    begins: 'gossip.',
    told: { name: 'kith_gossip_received', help: 'Messages of others, by verdict and its reason.' },
    labels: (rest) => {
      const [verdict = '', ...reason] = rest.split('-')
      return { verdict, reason: reason.join('-') }
    }
  },
  {
    begins: 'journal.',
    told: {
      name: 'kith_journal_events',
      help: 'Readings that were new or repeated, and what befell series.'
    },
    labels: (event) => ({ event })
  },
  {
    begins: 'query.',
    told: { name: 'kith_query_events', help: 'What befell those who ask over streams.' },
    labels: (event) => ({ event })
  },
  {
    begins: '',
    told: { name: 'kith_other_events', help: 'Everything else that is counted.' },
    labels: (event) => ({ event })
  }
]

/** The one among them that also falls (countersOf in node/counters.ts). */
const SESSIONS = 'query.sessions'

function countedMetrics(counters: Status['counters']): MetricFamily[] {
  const { [SESSIONS]: sessions, ...rising } = counters
  const left = new Map(Object.entries(rising))
  const families = counted.map(({ begins, told, labels }) => {
    const samples: Sample[] = []
    for (const [name, value] of left) {
      if (!name.startsWith(begins)) continue
      left.delete(name)
      samples.push({ labels: labels(name.slice(begins.length)), value })
    }
    return counter(told, samples)
  })
  if (sessions === undefined) return families
  return [...families, gauge('kith_query_sessions', 'Streams on which others ask.', sessions)]
}
