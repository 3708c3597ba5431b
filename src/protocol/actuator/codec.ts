import { readCbor } from '../../cbor/read.ts'
import { CborRecord } from '../../cbor/record.ts'
import type { CborMap, CborValue } from '../../cbor/value.ts'
import { isCborMap } from '../../cbor/value.ts'
import { defined } from '../../defined.ts'
import { NAME } from '../../names.ts'
import { badFrame } from '../frame-splitter.ts'
import { isText, isWhole, readFrame } from '../query/codec/frame-fields.ts'
import { BOOT_BYTES, CMD_BYTES, MAX_LEASE, MAX_STATES, MAX_TEXT, MAX_WITHIN } from './constants.ts'

/**
 * Frames of /actuator/switch/v1 (docs/protocols.md section 23), beside those of section 12:
 *
 *     ask    = { id: uint, op: "state", ? n: name, * tstr => any }
 *            / { id: uint, op: "set", n: name, on: bool, cmd: bstr .size 16, seen: moment, within: 1..60,
 *                ? for: 1..2592000, ? expect: bool, * tstr => any }          ; seconds
 *     answer = { id: uint, state: [0*64 state], now: moment, end: true, * tstr => any }
 *            / { id: uint, error: [code, text, ? retry: uint], * tstr => any }
 *     moment = [boot: bstr .size 8, ms: uint]
 *     state  = { n: name, ? on: bool, since: uint, ? until: uint, ? lock: uint, ? fault: tstr,
 *                * tstr => any }                                              ; seconds
 *     code   = "bad-request" / "no-such" / "denied" / "late" / "locked" / "not-expected" / "fault"
 *            / "busy" / "internal" / "unknown-op"
 */
export interface Moment {
  /** 16 hex digits. */
  readonly boot: string
  readonly ms: number
}

export interface StateRequest {
  readonly op: 'state'
  readonly id: number
  readonly n?: string
}

export interface SetRequest {
  readonly op: 'set'
  readonly id: number
  readonly n: string
  readonly on: boolean
  /** 32 hex digits. */
  readonly cmd: string
  readonly seen: Moment
  /** Seconds. */
  readonly within: number
  readonly for?: number
  readonly expect?: boolean
}

export type SwitchRequest = StateRequest | SetRequest

/** A request whose field of that name is not what it must be. */
export interface BadSwitchRequest {
  readonly id: number
  readonly bad: string
}

/** One output. Times in seconds. */
export interface WireState {
  readonly n: string
  /** undefined where it cannot be read: then there is a fault. */
  readonly on?: boolean
  readonly since: number
  readonly until?: number
  readonly lock?: number
  readonly fault?: string
}

export const switchErrorCodes = [
  'bad-request',
  'no-such',
  'denied',
  'late',
  'locked',
  'not-expected',
  'fault',
  'busy',
  'internal',
  'unknown-op'
] as const
export type SwitchErrorCode = (typeof switchErrorCodes)[number]

export interface SwitchErrorAnswer {
  readonly code: SwitchErrorCode
  readonly text: string
  /** Milliseconds after which it may be tried again. */
  readonly retry?: number
}

export type SwitchAnswer =
  | {
      readonly id: number
      readonly states: readonly WireState[]
      readonly now: Moment
      readonly error?: undefined
    }
  | { readonly id: number; readonly error: SwitchErrorAnswer }

/** An answer, its list of states, a state. */
const MAX_DEPTH = 3
const MAX_ITEMS = MAX_STATES * 16
const CONTROL = /[\p{Cc}\p{Cf}]/gu

const requests = new CborRecord(['id', 'op', 'n', 'on', 'cmd', 'seen', 'within', 'for', 'expect'])
const answers = new CborRecord(['id', 'state', 'now', 'end', 'error'])

export function encodeSwitchRequest(request: SwitchRequest): Uint8Array {
  const { id, op, n } = request
  const none = {
    on: undefined,
    cmd: undefined,
    seen: undefined,
    within: undefined,
    for: undefined,
    expect: undefined
  }
  if (op === 'state') return requests.write({ ...none, id, op, n })
  const { on, cmd, seen, within, for: lease, expect } = request
  return requests.write({
    id,
    op,
    n,
    on,
    cmd: bytesOf(cmd),
    seen: momentItems(seen),
    within,
    for: lease,
    expect
  })
}

/** @throws NodeError 'bad-frame' for bytes that reset the stream */
export function decodeSwitchRequest(bytes: Uint8Array, maxBytes: number): SwitchRequest | BadSwitchRequest {
  const map = readFrame(bytes, maxBytes)
  const id = map.get('id')
  if (!isWhole(id)) throw badFrame('it has no id')
  const n = map.get('n')
  if (map.get('op') === 'state') {
    if (n === undefined) return { op: 'state', id }
    return isName(n) ? { op: 'state', id, n } : { id, bad: 'n' }
  }
  return setRequest(id, map)
}

function setRequest(id: number, map: CborMap): SetRequest | BadSwitchRequest {
  const [n, on, cmd, within] = [map.get('n'), map.get('on'), map.get('cmd'), map.get('within')]
  const seen = momentOf(map.get('seen'))
  const [lease, expect] = [map.get('for'), map.get('expect')]
  if (!isName(n)) return { id, bad: 'n' }
  if (typeof on !== 'boolean') return { id, bad: 'on' }
  if (!(cmd instanceof Uint8Array) || cmd.length !== CMD_BYTES) return { id, bad: 'cmd' }
  if (seen === undefined) return { id, bad: 'seen' }
  if (!isWhole(within, 1, MAX_WITHIN)) return { id, bad: 'within' }
  if (lease !== undefined && !isWhole(lease, 1, MAX_LEASE)) return { id, bad: 'for' }
  if (expect !== undefined && typeof expect !== 'boolean') return { id, bad: 'expect' }
  return { op: 'set', id, n, on, cmd: hexOf(cmd), seen, within, ...defined({ for: lease, expect }) }
}

export function isBadSwitchRequest(request: SwitchRequest | BadSwitchRequest): request is BadSwitchRequest {
  return 'bad' in request
}

export function encodeSwitchAnswer(answer: SwitchAnswer): Uint8Array {
  const { id } = answer
  if (answer.error !== undefined) {
    const { code, text, retry } = answer.error
    const items = [code, text.slice(0, MAX_TEXT).toWellFormed()]
    const error: CborValue = retry === undefined ? items : [...items, Math.ceil(retry)]
    return answers.write({ id, state: undefined, now: undefined, end: undefined, error })
  }
  const state = answer.states.slice(0, MAX_STATES).map(stateItem)
  return answers.write({ id, state, now: momentItems(answer.now), end: true, error: undefined })
}

/** @throws NodeError 'bad-frame' for bytes that are no answer */
export function decodeSwitchAnswer(bytes: Uint8Array, maxBytes: number): SwitchAnswer {
  const map = readAnswer(bytes, maxBytes)
  const id = map.get('id')
  if (!isWhole(id)) throw badFrame('it has no id')
  const error = map.get('error')
  if (error !== undefined) return { id, error: errorOf(error) }
  const list = map.get('state')
  const now = momentOf(map.get('now'))
  if (now === undefined) throw badFrame('now is not what it must be')
  if (!Array.isArray(list) || list.length > MAX_STATES) throw badFrame('state is not what it must be')
  return { id, states: list.map(stateOf), now }
}

function readAnswer(bytes: Uint8Array, maxBytes: number): CborMap {
  try {
    const value = readCbor(bytes, { maxBytes, maxDepth: MAX_DEPTH, maxItems: MAX_ITEMS })
    if (isCborMap(value)) return value
  } catch (error) {
    throw badFrame(error instanceof Error ? error.message : String(error))
  }
  throw badFrame('it is not a map')
}

function stateItem({ n, on, since, until, lock, fault }: WireState): CborMap {
  const text = fault?.slice(0, MAX_TEXT).toWellFormed()
  return new Map(Object.entries(defined({ n, on, since, until, lock, fault: text })))
}

function stateOf(value: CborValue): WireState {
  if (!isCborMap(value)) throw badFrame('a state is not a map')
  const [n, on, fault] = [value.get('n'), value.get('on'), value.get('fault')]
  const since = secondsOf(value, 'since')
  if (!isName(n) || since === undefined) throw badFrame('a state is not what it must be')
  const times = { until: secondsOf(value, 'until'), lock: secondsOf(value, 'lock') }
  if (typeof on === 'boolean') return { n, on, since, ...defined(times) }
  if (!isText(fault, 1, MAX_TEXT)) throw badFrame('a state has neither on nor fault')
  return { n, since, fault: plain(fault), ...defined(times) }
}

function secondsOf(map: CborMap, name: string): number | undefined {
  const value = map.get(name)
  if (value === undefined || isWhole(value)) return value
  throw badFrame(`${name} is not what it must be`)
}

function errorOf(value: CborValue): SwitchErrorAnswer {
  const [code, text, retry]: readonly CborValue[] = Array.isArray(value) ? value : []
  const known = switchErrorCodes.find((one) => one === code)
  if (!isText(code, 1, 32) || !isText(text, 0, MAX_TEXT) || !(retry === undefined || isWhole(retry)))
    throw badFrame('error is not what it must be')
  // A code of a later version is told by its text.
  return { code: known ?? 'internal', text: plain(text), ...defined({ retry }) }
}

/** The text of another node is shown in a terminal. */
function plain(text: string): string {
  return text.replace(CONTROL, ' ')
}

function momentOf(value: CborValue | undefined): Moment | undefined {
  if (!Array.isArray(value) || value.length !== 2) return undefined
  const [boot, ms] = value
  if (!(boot instanceof Uint8Array) || boot.length !== BOOT_BYTES || !isWhole(ms)) return undefined
  return { boot: hexOf(boot), ms }
}

function momentItems({ boot, ms }: Moment): CborValue {
  return [bytesOf(boot), ms]
}

function isName(value: CborValue | undefined): value is string {
  return typeof value === 'string' && NAME.test(value)
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

function bytesOf(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, 'hex'))
}
