/** The messages between the two processes of a pair. */
export interface Introduction {
  readonly kith: { readonly peer: string; readonly addresses: readonly string[] }
  readonly bare: { readonly peer: string; readonly addresses: readonly string[] }
}

export type Contender = 'kith' | 'bare'

export interface Order {
  readonly by: Contender
  readonly count: number
  /** Readings in a pack of ours, if they fit. */
  readonly readings: number
  /** Bytes of a bare message. */
  readonly size: number
  /** Milliseconds between two; 0 for as fast as the other side takes them, made beforehand. */
  readonly spacing: number
}

/** One message of an order. Moments are milliseconds of process.hrtime, which all processes of a machine share. */
export interface Published {
  readonly readings: number
  readonly size: number
  /** Before it was made and sealed. */
  readonly began: number
  /** Before it was published. */
  readonly sent: number
}

export type ToPeer = { readonly order: Order } | { readonly took: number }
export type ToParent = { readonly introduction: Introduction } | { readonly published: readonly Published[] }

/** The maximum number of messages in flight where there is no spacing; the receiver reports after each that many. */
export const WINDOW = 256
export const STEP = 32

export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6
}
