import { NAME, PROTOCOL_NAME } from '../names.ts'

/** What may be granted. `own` includes all others; the others include nothing but themselves. */
export const ACCESS_WORDS = ['read', 'operate', 'configure', 'own'] as const

export type AccessWord = (typeof ACCESS_WORDS)[number]

/** Words about the node as a whole, which are not granted for a part of it. */
export const NODE_WORDS: readonly AccessWord[] = ['configure', 'own']

/** Principals that are no peers: the local network, everybody, and doors for programs without a PeerId. */
export const RESERVED_WHO: readonly string[] = ['near', 'anyone', 'mqtt', 'http']

/** Those of RESERVED_WHO that name many whom nobody chose: they may be granted `read` only. */
export const CROWDS: readonly string[] = ['near', 'anyone']

export function isAccessWord(text: string): text is AccessWord {
  return ACCESS_WORDS.some((word) => word === text)
}

/** A series without its PeerId, as `on` may name it: `air/temperature`, `adc/voltage.a0`. */
const SERIES = /^[a-z0-9][a-z0-9-]{0,31}\/[a-z][a-z0-9-]{0,31}(\.[a-z0-9]{1,8})?$/

/** Whether it has the form of a thing: a switch or sensor, one of its series, a ProtocolName. */
export function isThing(text: string): boolean {
  return NAME.test(text) || SERIES.test(text) || PROTOCOL_NAME.test(text)
}
