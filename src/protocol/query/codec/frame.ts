import type { Position, Run } from '../../../reading/run.ts'

/**
 * A frame of a stream /sensor/<x>/v1 (docs/protocols.md section 12): an unsigned varint length in its minimal form,
 * then one map in core deterministic CBOR (RFC 8949 section 4.2.1). A datagram carries one map without the length.
 *
 *     request  = { id: uint, op: op, ? n: selector / [2*16 selector], ? who: PeerId,
 *                  ? credit: 1..64, ? every: 1..86400,                 ; observe: seconds between packs
 *                  ? ep: uint, ? boot: bstr .size 8, ? from: uint, ? to: uint,   ; ep with boot
 *                  ? limit: 1..1000000, * tstr => any }                ; history: items
 *     op       = "describe" / "read" / "observe" / "credit" / "history" / "cancel" / "time"
 *     selector = tstr .size (1..127)       ; a series, its tail `air/temperature`, or a device `air`
 *     answer   = { id: uint, ? pack: bstr / [2*16 bstr], ? block: bstr, ? meta: bstr, ? old: true,
 *                  ? skip: uint, ? alive: true, ? pos: [ep: uint, boot: bstr .size 8, seq: uint],
 *                  ? lost: [from: uint, to: uint],                     ; inclusive, of the run of pos
 *                  ? time: [received: uint, sent: uint, quality: 0..1, ? bound: uint],   ; microseconds
 *                  ? end: true, ? error: [code, text, ? retry: uint], * tstr => any }
 *     code     = "bad-request" / "unknown-op" / "no-such" / "no-data" / "denied" / "busy" / "too-big"
 *              / "gone" / "internal"
 *
 * An id is the opener's choice, not in use on this stream; `credit` and `cancel` carry the id of the
 * request they belong to. `end` rides on the last answer of a request or comes alone; `error` ends one too.
 * Several packs in one answer are for datagrams; there `skip` counts those that found no room.
 * In answers to history, `pos` is where to go on. Unknown fields are ignored.
 */
export interface QueryRequest {
  readonly id: number
  /** One of the closed list, or an op of a later version, which is answered with `unknown-op`. */
  readonly op: string
  readonly n?: string | readonly string[]
  readonly who?: string
  readonly credit?: number
  /** Seconds. */
  readonly every?: number
  readonly run?: Run
  readonly from?: number
  readonly to?: number
  readonly limit?: number
}

export interface QueryAnswer {
  readonly id: number
  readonly pack?: Uint8Array | readonly Uint8Array[]
  readonly block?: Uint8Array
  readonly meta?: Uint8Array
  readonly old?: true
  readonly skip?: number
  readonly alive?: true
  readonly pos?: Position
  readonly lost?: { readonly from: number; readonly to: number }
  readonly time?: AnsweredTime
  readonly end?: true
  readonly error?: ErrorAnswer
}

/** The answerer's two timestamps of a time exchange, in microseconds since 1970; its error bound in microseconds. */
export interface AnsweredTime {
  readonly received: number
  readonly sent: number
  readonly quality: 0 | 1
  readonly bound?: number
}

export const queryErrorCodes = [
  'bad-request',
  'unknown-op',
  'no-such',
  'no-data',
  'denied',
  'busy',
  'too-big',
  'gone',
  'internal'
] as const
export type QueryErrorCode = (typeof queryErrorCodes)[number]

export interface ErrorAnswer {
  readonly code: QueryErrorCode
  readonly text: string
  /** Milliseconds after which asking again makes sense. */
  readonly retry?: number
}
