export interface PairOpenRequest {
  /** What the code grants, as in `own` or `operate:heater`; unless given `own` where nobody has it, else nothing. */
  may?: string[]
  /** The name in the book of whoever proves the code; unless given the one that it proposes, if that is free. */
  name?: string
}

export type PairStep =
  /** `until`: Unix seconds. */
  | { code: string; until: number; may: string[] }
  /** A try that came to nothing, and how many are left. */
  | { tried: { peer: string; who: string }; left: number }
  /** The code was proved, but not written into the book. */
  | { failed: { peer: string; who: string; why: string } }
  | { paired: { peer: string; name: string } }
  | { closed: 'used' | 'expired' | 'tries' | 'withdrawn' }

export interface PairRequest {
  who: string
  /** Eight characters, in any case, with or without a dash. */
  code: string
  /** The name in the book. */
  name?: string
  /** Milliseconds to find and reach it, 100 to 600000; 20000 unless given. */
  timeout?: number
}

export interface PairView {
  /** In the book. */
  name: string
  peer: string
  /** What it grants to this node. */
  may: string[]
}

export interface UnpairView {
  name: string
  peer: string
  /** Whether it was told. */
  told: boolean
  /** Why not. */
  why?: string
  /** What of kith.yaml still grants it something: lines, `owner`. */
  still: string[]
}
