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
  // A request mostly names one sensor: that is compared, before a name is put together.
  const names = typeof n === 'string' ? [n] : n
  return (series) => {
    const { peer, device, quantity, channel } = series
    if (peer === author) {
      if (names.includes(device) || names.includes(localSeries(device, quantity, channel))) return true
    }
    return (who === undefined || who === peer) && names.includes(formatSeries(series))
  }
}

/** The authors whose packs may answer a request. */
export function selectedAuthors(
  { n, who }: Pick<QueryRequest, 'n' | 'who'>,
  asked: string
): readonly string[] {
  if (who !== undefined) return [who]
  if (n === undefined) return [asked]
  const names = typeof n === 'string' ? [n] : n
  const named = names.flatMap((name) => parseSeries(name)?.peer ?? [])
  return [...new Set([asked, ...named])]
}
