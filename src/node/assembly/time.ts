import type { NodeConfig } from '../../config/schema.ts'
import type { TimeSource } from '../../hal/time-source.ts'
import { batteryClock } from '../time/battery-clock.ts'
import { neighbourTime } from '../time/neighbour-time.ts'
import { Timekeeper } from '../time/timekeeper.ts'
import type { Components } from './components.ts'

/** Uses the configured sources of time in their order. */
export function createTimekeeper(
  components: Pick<Components, 'init' | 'peers' | 'clients'>,
  stopping: AbortSignal
): Timekeeper {
  const { config, world, log } = components.init
  return new Timekeeper({
    clock: world.clock,
    log,
    period: config.time.check,
    deadline: config.limits.sampling.deadline,
    sources: timeSources(config.time.sources, components, stopping)
  })
}

type Sources = NodeConfig['time']['sources']

export function timeSources(
  sources: Sources,
  components: Pick<Components, 'init' | 'peers' | 'clients'>,
  stopping: AbortSignal
): TimeSource[] {
  return sources.flatMap((source) => sourcesOf(source, components, stopping))
}

function sourcesOf(
  source: Sources[number],
  { init, peers, clients }: Pick<Components, 'init' | 'peers' | 'clients'>,
  signal: AbortSignal
): TimeSource[] {
  const { config, world, clocks } = init
  switch (source) {
    case 'kernel':
      return [world.time]
    case 'rtc':
      return batteryClock({ config: config.time.rtc, clocks, world, signal })
    case 'neighbours':
      return [
        neighbourTime({
          book: () => peers.book.entries(),
          isConnected: (peer) => peers.autoDialer.connection(peer) !== undefined,
          ask: (peer, protocols) => clients.queries.time(peer, protocols, signal)
        })
      ]
  }
}
