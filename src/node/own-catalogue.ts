import type { Clock } from '../clock.ts'
import type { Catalogue } from '../protocol/catalogue.ts'
import type { Audience } from '../reading/author.ts'
import { MAX_META_ENTRIES, type Meta, type MetaSeries } from '../reading/meta.ts'
import { encodeMeta } from '../reading/meta-write.ts'
import { isPackError } from '../reading/pack-error.ts'
import type { Quantities } from '../reading/quantity.ts'
import { type Signer, seal } from '../reading/seal.ts'
import { formatSeries } from '../reading/series.ts'
import type { Measuring } from './measuring.ts'

export interface OwnCatalogueInit {
  readonly name: string
  readonly purposes: readonly string[]
  readonly version: string
  readonly clock: Clock
  readonly signer: Signer
  readonly catalogue: Catalogue
  readonly quantities: Quantities
  readonly measuring: Measuring
}

/**
 * What this node tells of itself, sealed: its name, what it measures, when its runs were (wire.md, Catalogue).
 * Private series stand only in what peers of its book are told.
 */
export function sealOwnCatalogue(init: OwnCatalogueInit, revision: number, audience: Audience): Uint8Array {
  const { measuring, signer } = init
  const author = measuring.author()
  const sensors = measuring.sensors.filter(({ config }) => audience === 'book' || !config.private)
  const runs = measuring.history
    .runs()
    .flatMap(({ unix, quality, ...run }) =>
      unix === null || quality === 2 ? [] : [{ ...run, unix, quality }]
    )
  const payload = encodeAsMuch({
    revision,
    ...author.run,
    name: init.name,
    purposes: init.purposes,
    version: init.version,
    mono: Math.round(init.clock.monotonic() - author.runStarted),
    series: sensors.flatMap((sensor) => seriesOf(sensor, init)).slice(0, MAX_META_ENTRIES),
    runs: runs.slice(-MAX_META_ENTRIES)
  })
  return seal('meta', payload, signer)
}

/** As much of it as a catalogue holds: the oldest runs go first, then what is last of the series. */
export function encodeAsMuch(meta: Meta): Uint8Array {
  try {
    return encodeMeta(meta)
  } catch (error) {
    const { runs, series } = meta
    if (!isPackError(error) || error.why !== 'size' || series.length === 0) throw error
    return encodeAsMuch(
      runs.length > 1
        ? { ...meta, runs: runs.slice(Math.ceil(runs.length / 2)) }
        : { ...meta, series: series.slice(0, Math.floor(series.length * 0.9)) }
    )
  }
}

function seriesOf(
  { config, definition, measures }: Measuring['sensors'][number],
  init: OwnCatalogueInit
): MetaSeries[] {
  const { signer, quantities, catalogue, measuring } = init
  return measures.map((measure) => {
    const { quantity, channel, range, accuracy } = measure
    const parts = { peer: signer.peer, device: config.name, quantity }
    const name = formatSeries(channel === undefined ? parts : { ...parts, channel })
    const held = measuring.history.held(name)[0]
    const [oldest] = held?.ranges[0] ?? []
    const latest = measuring.journal.latest(
      (series) =>
        series.device === config.name &&
        series.quantity === quantity &&
        series.channel === channel &&
        series.peer === signer.peer
    )[0]
    return {
      name,
      protocols: catalogue.ofQuantity(quantity).map(({ id }) => id),
      unit: quantities.get(quantity)?.unit ?? null,
      interval: latest?.reading.interval ?? config.interval / 1000,
      ...(range === undefined ? {} : { range }),
      ...(accuracy === undefined ? {} : { accuracy }),
      chip: definition.type,
      state: latest?.reading.fault?.code ?? 'ok',
      ...(config.private ? { private: true as const } : {}),
      ...(held === undefined || oldest === undefined ? {} : { oldest: { ...held.run, seq: oldest } })
    }
  })
}
