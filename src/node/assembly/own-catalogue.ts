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
import { SWITCH_QUANTITY } from '../switches/state-readings.ts'
import type { Components } from './components.ts'
import { protocolsOf } from './protocols.ts'

/**
 * The signed catalogue of this node: name, series, runs (docs/protocols.md section 10). The public one is without private
 * series. Where a view leaves public ones out, all are marked private: whoever gets it does not pass it on.
 */
export function sealOwnCatalogue(
  components: Pick<Components, 'init' | 'live' | 'peers' | 'protocols' | 'storage' | 'sensing' | 'switches'>,
  revision: number,
  view: CatalogueView | undefined
): Uint8Array {
  const { init, live, peers, storage, sensing } = components
  const { name, purposes } = live.current
  const { world, version, shortLived } = init
  const author = sensing.author()
  const series = devicesOf(components).flatMap((device) => {
    const isPrivate = peers.access.isPrivate(device.name)
    const isShown = (measure: Measure): boolean =>
      view === undefined
        ? !isPrivate
        : view.shows(localSeries(device.name, measure.quantity, measure.channel))
    return seriesOf(device, components, isShown, view?.isPartial === true || isPrivate)
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

/** The names of every series of this node's sensors and switches. */
export function ownSeries(components: Pick<Components, 'sensing' | 'switches' | 'storage'>): string[] {
  const { peer } = components.storage.signer
  return devicesOf(components).flatMap(({ name, measures }) =>
    measures.map((measure) => seriesName(peer, name, measure))
  )
}

type Measure = RunningSensor['measures'][number]

/** A sensor or a switch, as the catalogue has it. */
interface Device extends Pick<RunningSensor, 'measures'> {
  readonly name: string
  readonly chip: string
  /** Milliseconds. */
  readonly interval: number
}

function devicesOf({ sensing, switches }: Pick<Components, 'sensing' | 'switches'>): Device[] {
  return [
    ...sensing.sensors.all.map(({ config, definition, measures }) => ({
      ...config,
      chip: definition.type,
      measures
    })),
    ...switches.configs.map((config) => ({
      ...config,
      chip: 'switch',
      measures: [{ quantity: SWITCH_QUANTITY }]
    }))
  ]
}

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
  { name: device, chip, interval, measures }: Device,
  { protocols, storage }: Pick<Components, 'protocols' | 'storage'>,
  isShown: (measure: Measure) => boolean,
  isPrivate: boolean
): CatalogueSeries[] {
  const { signer, history, hub } = storage
  return measures.filter(isShown).map((measure) => {
    const { quantity, channel, range, accuracy } = measure
    const name = seriesName(signer.peer, device, measure)
    const held = history.held(name)[0]
    const [oldest] = held?.ranges[0] ?? []
    const latest = hub.latest(
      (series) =>
        series.device === device &&
        series.quantity === quantity &&
        series.channel === channel &&
        series.peer === signer.peer
    )[0]
    return {
      name,
      protocols: protocolsOf(protocols, quantity),
      unit: protocols.quantities.get(quantity)?.unit ?? null,
      interval: latest?.reading.interval ?? interval / 1000,
      ...defined({ range, accuracy }),
      chip,
      state: latest?.reading.fault?.code ?? 'ok',
      ...(isPrivate ? { private: true as const } : {}),
      ...defined({
        oldest: held === undefined || oldest === undefined ? undefined : { ...held.run, seq: oldest }
      })
    }
  })
}
