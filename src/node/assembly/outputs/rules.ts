import { nearest } from '../../../config/options/nearest.ts'
import { partsOf, SERIES_OF_RULE } from '../../../config/rules/names.ts'
import { whosOf } from '../../../config/rules/rules.ts'
import { type ViewContext, viewReading } from '../../api/series-view.ts'
import { RulesOnDemand } from '../../rules/on-demand.ts'
import { peerOfRule } from '../../rules/rule-peer.ts'
import type { Components } from '../components.ts'
import { ownSeries } from '../own-catalogue.ts'
import { listenToAll } from '../publishing.ts'
import { switchOperations } from './switches.ts'

/** A node for one command has none. */
export function createRules(
  components: Omit<Components, 'rules'>,
  context: () => ViewContext
): RulesOnDemand {
  const { init, live, peers, storage, timekeeper, peerLookup } = components
  const { identity, log, world, shortLived } = init
  return new RulesOnDemand(
    () => (shortLived ? [] : live.current.rules),
    async () => {
      const [{ Rules }, { RuleActions }, { RuleSeries }] = await Promise.all([
        import('../../rules/rules.ts'),
        import('../../rules/rule-actions.ts'),
        import('../../rules/rule-series.ts')
      ])
      const series = new RuleSeries({
        self: identity.peer,
        book: peers.book,
        hub: storage.hub,
        view: ({ reading, receivedBy, receivedAt }) =>
          viewReading(reading, receivedBy, (world.clock.monotonic() - receivedAt) / 1000, context()),
        listen: () => listenToAll(components)
      })
      const switches = switchOperations(components)
      const actions = new RuleActions({
        clock: world.clock,
        log,
        book: peers.book,
        resolver: peerLookup.resolver,
        limits: init.config.limits.streams,
        switchTo: (request, signal, by) => switches.switch(request, signal, by)
      })
      return new Rules({
        clock: world.clock,
        log,
        time: () => timekeeper.now(),
        seen: (one) => series.seen(one),
        watch: (all, changed) => series.watch(all, changed),
        perform: (action, signal, rule) => actions.perform(action, signal, rule)
      })
    },
    () => warnOfRules(components)
  )
}

/** What rules name that is not there now; it may come later. */
function warnOfRules({
  init: { identity, log },
  live,
  peers: { book },
  sensing,
  switches,
  storage
}: Pick<Components, 'init' | 'live' | 'peers' | 'sensing' | 'switches' | 'storage'>): void {
  const own = ownSeries({ sensing, switches, storage }).map((name) => name.slice(identity.peer.length + 1))
  for (const rule of live.current.rules) {
    for (const who of whosOf(rule).filter((one) => peerOfRule(one, book) === undefined))
      log.warn(`rule ${rule.name}: "${who}" is not in the book`, {
        hint:
          nearest(
            who,
            book.entries().map(({ name }) => name)
          ) ?? `kith book add ${who} PEERID`
      })
    const series = 'series' in rule.when ? rule.when.series : undefined
    const isOwn = series !== undefined && partsOf(series, SERIES_OF_RULE)?.who === undefined
    if (isOwn && !own.includes(series))
      log.warn(`rule ${rule.name}: this node does not measure ${series}`, {
        hint: nearest(series, own) ?? `it measures ${own.slice(0, 16).join(', ')}`
      })
  }
}
