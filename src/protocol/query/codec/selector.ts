import { formatSeries, localSeries, parseSeries, type SeriesParts } from '../../../reading/series.ts'
import type { QueryRequest } from './frame.ts'

export type SeriesMatch = (series: SeriesParts) => boolean

/**
 * The series a request selects: of `who`, else of the peer that is asked, else of the author in a whole
 * series name.
 * @param asked PeerId of the peer that answers
 */
export function selectedSeries(request: Pick<QueryRequest, 'n' | 'who'>, asked: string): SeriesMatch {
  const { n, who } = request
  const author = who ?? asked
  if (n === undefined) return (series) => series.peer === author
  const names = new Set(typeof n === 'string' ? [n] : n)
  const isLocal = ({ device, quantity, channel }: SeriesParts): boolean =>
    names.has(device) || names.has(localSeries(device, quantity, channel))
  return (series) => {
    if (series.peer === author && isLocal(series)) return true
    return (who === undefined || who === series.peer) && names.has(formatSeries(series))
  }
}

/** The authors whose packs may answer a request. */
export function selectedAuthors(
  request: Pick<QueryRequest, 'n' | 'who'>,
  asked: string
): ReadonlySet<string> {
  const names = typeof request.n === 'string' ? [request.n] : (request.n ?? [])
  const named = names.flatMap((name) => parseSeries(name)?.peer ?? [])
  return new Set([request.who ?? asked, ...(request.who === undefined ? named : [])])
}
