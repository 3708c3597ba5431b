import { NodeError } from '../../error.ts'
import type { SeriesParts } from '../../reading/series.ts'
import { localSeries, parseSeries } from '../../reading/series.ts'
import type { PeerDirectory, Target } from './directory.ts'

/** The part of the protocol registry that a selection needs. */
export interface Spoken {
  /** The quantities of a ProtocolName; undefined where it is not a sensor protocol. */
  quantitiesOf(protocol: string): readonly string[] | undefined
  isQuantity(name: string): boolean
}

/** Which series of which peers are meant. */
export interface Selection {
  /** undefined: all peers. */
  readonly targets: readonly Target[] | undefined
  /** What all peers are asked for, where a quantity was named in place of a peer. */
  readonly quantity?: string
  readonly matches: (series: SeriesParts) => boolean
}

/**
 * What a person means by WHO and WHAT: `hall`, `temperature` (a purpose, else a quantity), `hall/air`,
 * and /sensor/temp/v1, `air/temperature`, `air`, `temperature`.
 * @throws NodeError nobody-found, ambiguous, no-such
 */
export function select(
  who: string | undefined,
  what: string | undefined,
  directory: PeerDirectory,
  spoken: Spoken
): Selection {
  const matchesWhat = what === undefined ? () => true : matcher(what, spoken)
  if (who === undefined) return { targets: undefined, matches: matchesWhat }
  const slash = who.startsWith('/') ? -1 : who.indexOf('/')
  if (slash > 0 && what === undefined) {
    return select(who.slice(0, slash), who.slice(slash + 1), directory, spoken)
  }
  const targets = directory.find(who)
  if (targets.length === 0 && spoken.isQuantity(who)) {
    const matches = (series: SeriesParts): boolean => series.quantity === who && matchesWhat(series)
    return { targets: undefined, quantity: who, matches }
  }
  // A purpose that is the name of a quantity means that quantity, of the peers that have the purpose.
  const isPurpose = !targets.some(({ peer }) => directory.nameOf(peer) === who)
  const quantity = what === undefined && isPurpose && spoken.isQuantity(who) ? who : undefined
  const peers = new Set((targets.length > 0 ? targets : directory.resolve(who)).map((target) => target.peer))
  return {
    targets,
    matches: (series) =>
      peers.has(series.peer) && (quantity ?? series.quantity) === series.quantity && matchesWhat(series)
  }
}

function matcher(what: string, spoken: Spoken): (series: SeriesParts) => boolean {
  if (what.startsWith('/')) {
    const quantities = spoken.quantitiesOf(what)
    if (quantities === undefined) {
      throw new NodeError('no-such', `"${what}" is not a sensor protocol of this node`, {
        hint: { command: 'kith status lists those it speaks', program: 'status() has those it speaks' }
      })
    }
    return (series) => quantities.includes(series.quantity)
  }
  const whole = parseSeries(what)
  if (whole !== undefined) return (series) => series.peer === whole.peer && tail(series) === tail(whole)
  if (what.includes('/'))
    return (series) => tail(series) === what || `${series.device}/${series.quantity}` === what
  if (spoken.isQuantity(what)) return (series) => series.quantity === what || series.device === what
  return (series) => series.device === what
}

function tail(series: SeriesParts): string {
  return localSeries(series.device, series.quantity, series.channel)
}
