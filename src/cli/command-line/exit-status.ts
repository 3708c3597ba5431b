import { isNodeError } from '../../error.ts'

export const DONE = 0
export const FAILED = 1
export const WRONG_USE = 2
export const NOT_FOUND = 3
export const REFUSED = 4

/** The code of the error that ends a command whose output nobody reads any more: for most that is no failure. */
export const OUTPUT_CLOSED = 'output-closed'

/** What each means to people. */
export const exitMeanings: readonly (readonly [status: number, meaning: string])[] = [
  [DONE, 'done'],
  [FAILED, 'failed'],
  [WRONG_USE, 'wrong usage or configuration'],
  [NOT_FOUND, 'no peer found or reachable'],
  [REFUSED, 'refused']
]

const statuses: ReadonlyMap<string, number> = new Map([
  [OUTPUT_CLOSED, DONE],
  ['usage', WRONG_USE],
  ['bad-request', WRONG_USE],
  ['bad-config', WRONG_USE],
  ['bad-book', WRONG_USE],
  ['bad-multiaddr', WRONG_USE],
  ['ambiguous', WRONG_USE],
  ['bad-name', WRONG_USE],
  ['protocol-name', WRONG_USE],
  ['already-named', WRONG_USE],
  ['path-too-long', WRONG_USE],
  ['nobody-found', NOT_FOUND],
  ['unreachable', NOT_FOUND],
  ['no-node', NOT_FOUND],
  ['deadline', NOT_FOUND],
  ['no-code', NOT_FOUND],
  ['denied', REFUSED],
  ['refused', REFUSED],
  ['not-proved', REFUSED],
  ['late', REFUSED],
  ['locked', REFUSED],
  ['not-expected', REFUSED]
])

/** The exit status for an error: by its code, else 1. */
export function exitStatus(error: unknown): number {
  return (isNodeError(error) ? statuses.get(error.code) : undefined) ?? FAILED
}
