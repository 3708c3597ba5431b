import type { Attack } from '../attack.ts'
import { authors, catalogues, names } from './authors.ts'
import { gossipParts } from './gossip.ts'
import {
  frameLength,
  identifySize,
  multistreamLength,
  noiseLength,
  silentSockets,
  yamuxLength,
  yamuxPing
} from './lengths.ts'
import { mdns } from './mdns.ts'
import { shortLived } from './short-lived.ts'

/** In the order in which they are run. */
export const attacks: readonly Attack[] = [
  yamuxLength,
  yamuxPing,
  multistreamLength,
  noiseLength,
  silentSockets,
  identifySize,
  frameLength,
  ...gossipParts,
  catalogues,
  authors,
  names,
  mdns,
  shortLived
]
