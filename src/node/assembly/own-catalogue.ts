import { defined } from '../../defined.ts'
import type { CatalogueView } from '../../protocol/gossip/index.ts'
import { formatSeries, localSeries } from '../../reading/series.ts'
import {
  type Catalogue,
  type CatalogueSeries,
  MAX_CATALOGUE_ENTRIES
} from '../../reading/signed/catalogue.ts'
import { encodeCatalogue } from '../../reading/signed/catalogue-write.ts'
import { isPackError } from '../../reading/signed/pack-error.ts'
import { seal } from '../../reading/signed/seal.ts'
import type { RunningSensor } from '../sensors/running-sensor.ts'
import type { Components } from './components.ts'
import { protocolsOf } from './protocols.ts'

/**
 * The signed catalogue of this node: name, series, runs (docs/protocols.md section 10). The public one is without private
 * series. Where a view leaves public ones out, all are marked private: whoever gets it does not pass it on.
 */
export function sealOwnCatalogue(
  components: Pick<Components, 'init' | 'live' | 'protocols' | 'storage' | 'sensing'>,
  revision: number,
  view: CatalogueView | undefined
): Uint8Array {
  const { init, live, storage, sensing } = components
  const { name, purposes } = live.current
  const { world, version, shortLived } = init
  const author = sensing.author()
  const series = sensing.sensors.all.flatMap((sensor) => {
    const isShown = (measure: Measure): boolean =>
      view === undefined
        ? !sensor.config.private
        : view.shows(localSeries(sensor.config.name, measure.quantity, measure.channel))
    return seriesOf(sensor, components, isShown, view?.isPartial === true || sensor.config.private)
  })
  const runs = storage.history
    .runs()
    .flatMap(({ unix, quality, ...run }) =>
      unix === null || quality === 2 ? [] : [{ ...run, unix, quality }]
    )
  const payload = encodeAsMuch({
    revision,
    ...author.run,
    name: shortLived ? '' : name,
    purposes: shortLived ? [] : purposes,
    version,
    mono: Math.round(world.clock.monotonic() - author.runStarted),
    series: series.slice(0, MAX_CATALOGUE_ENTRIES),
    runs: runs.slice(-MAX_CATALOGUE_ENTRIES)
  })
  return seal('meta', payload, storage.signer)
}

/** The names of every series of this node's sensors. */
export function ownSeries({ sensing, storage }: Pick<Components, 'sensing' | 'storage'>): string[] {
  return sensing.sensors.all.flatMap(({ config, measures }) =>
    measures.map((measure) => seriesName(storage.signer.peer, config.name, measure))
  )
}

type Measure = RunningSensor['measures'][number]

function seriesName(peer: string, device: string, { quantity, channel }: Measure): string {
  return formatSeries({ peer, device, quantity, ...defined({ channel }) })
}

/** Encodes as much as a catalogue holds: the oldest runs are left out first, then the last series. */
export function encodeAsMuch(catalogue: Catalogue): Uint8Array {
  try {
    return encodeCatalogue(catalogue)
  } catch (error) {
    const { runs, series } = catalogue
    const isTooMuch = isPackError(error) && (error.why === 'size' || error.why === 'items')
    if (!isTooMuch || series.length === 0) throw error
    return encodeAsMuch(
      runs.length > 1
        ? { ...catalogue, runs: runs.slice(Math.ceil(runs.length / 2)) }
        : { ...catalogue, series: series.slice(0, Math.floor(series.length * 0.9)) }
    )
  }
}

function seriesOf(
  { config, definition, measures }: RunningSensor,
  { protocols, storage }: Pick<Components, 'init' | 'protocols' | 'storage' | 'sensing'>,
  isShown: (measure: Measure) => boolean,
  isPrivate: boolean
): CatalogueSeries[] {
  const { signer, history, hub } = storage
  return measures.filter(isShown).map((measure) => {
    const { quantity, channel, range, accuracy } = measure
    const name = seriesName(signer.peer, config.name, measure)
    const held = history.held(name)[0]
    const [oldest] = held?.ranges[0] ?? []
    const latest = hub.latest(
      (series) =>
        series.device === config.name &&
        series.quantity === quantity &&
        series.channel === channel &&
        series.peer === signer.peer
    )[0]
    return {
      name,
      protocols: protocolsOf(protocols, quantity),
      unit: protocols.quantities.get(quantity)?.unit ?? null,
      interval: latest?.reading.interval ?? config.interval / 1000,
      ...defined({ range, accuracy }),
      chip: definition.type,
      state: latest?.reading.fault?.code ?? 'ok',
      ...(isPrivate ? { private: true as const } : {}),
      ...defined({
        oldest: held === undefined || oldest === undefined ? undefined : { ...held.run, seq: oldest }
      })
    }
  })
}
