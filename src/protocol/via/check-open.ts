import type { Open, RefusalCode } from './codec.ts'
import { MAX_HOPS } from './constants.ts'

/** Why a circuit is refused. */
export interface Why {
  readonly code: RefusalCode
  readonly text: string
}

/** Rules that hold for every open frame, at a hop and at the target. @returns undefined where it keeps them */
export function checkOpen({ to, from }: Open, caller: string, self: string): Why | undefined {
  const others = [...from, ...to]
  if (others.length > MAX_HOPS) return { code: 'bad-request', text: `more than ${MAX_HOPS} hops` }
  if (to.length === 0 && from.length === 0) return { code: 'bad-request', text: 'no hop stands between' }
  const all = new Set([...others, caller, self])
  if (all.size < others.length + 2) return { code: 'loop', text: 'a peer is named twice' }
  return undefined
}

/** Thrown on the way to a status frame. */
export class Refused extends Error {
  readonly why: Why

  constructor(code: RefusalCode, text: string) {
    super(text)
    this.why = { code, text }
  }
}
