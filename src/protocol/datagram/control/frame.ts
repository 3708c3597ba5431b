/**
 * Frames of the control stream /kith/dgram/v1, each at most 1400 bytes after an unsigned varint length
 * (docs/protocols.md section 13, "Control stream").
 *
 *     HELLO     01 | ver 01 | secret 32 | cid 8 | udpPort u16 (0 = none) | maxPayload u16
 *     ACCEPT    02 | the same fields
 *     OPEN      03 | flow u16 | n u8 | n x (len u8 | ProtocolName)
 *     OPEN_OK   04 | flow u16 | index u8
 *     OPEN_NO   05 | flow u16
 *     CLOSE     06 | flow u16
 *     DATA      07 | flow u16 | payload, up to 1168 bytes
 *     REKEY     08 | secret 32 | cid 8
 *     REKEY_ACK 09 | secret 32 | cid 8
 *     REKEY_REQ 0A
 *     REPORT    0B | received u32 | expected u32
 *
 * Numbers are big-endian. A flow is never 0, udpPort 0 or at least 1024, maxPayload 256 to 1168, a
 * ProtocolName 1 to 255 bytes of UTF-8, n at least 1. Nothing may follow the last field.
 */
import {
  CID_BYTES,
  MAX_FRAME,
  MAX_PAYLOAD,
  MIN_MAX_PAYLOAD,
  MIN_UDP_PORT,
  SECRET_BYTES
} from '../constants.ts'

const VERSION = 1
const GREETING_BYTES = 46
const REKEY_BYTES = 41

const types = {
  hello: 0x01,
  accept: 0x02,
  open: 0x03,
  'open-ok': 0x04,
  'open-no': 0x05,
  close: 0x06,
  data: 0x07,
  rekey: 0x08,
  'rekey-ack': 0x09,
  'rekey-req': 0x0a,
  report: 0x0b
} as const

/** HELLO and ACCEPT. `bytes` is the frame as sent, an input of the key schedule. */
export interface GreetingFrame {
  readonly type: 'hello' | 'accept'
  readonly secret: Buffer
  readonly cid: Buffer
  readonly udpPort: number
  readonly maxPayload: number
  readonly bytes: Buffer
}

export interface RekeyFrame {
  readonly type: 'rekey' | 'rekey-ack'
  readonly secret: Buffer
  readonly cid: Buffer
  readonly bytes: Buffer
}

export type Frame =
  | GreetingFrame
  | RekeyFrame
  | { readonly type: 'open'; readonly flow: number; readonly names: readonly string[] }
  | { readonly type: 'open-ok'; readonly flow: number; readonly index: number }
  | { readonly type: 'open-no' | 'close'; readonly flow: number }
  | { readonly type: 'data'; readonly flow: number; readonly payload: Buffer }
  | { readonly type: 'rekey-req' }
  | { readonly type: 'report'; readonly received: number; readonly expected: number }

export function encodeGreeting(
  type: GreetingFrame['type'],
  { secret, cid, udpPort, maxPayload }: Omit<GreetingFrame, 'type' | 'bytes'>
): GreetingFrame {
  const bytes = Buffer.concat([
    Uint8Array.of(types[type], VERSION),
    secret,
    cid,
    u16(udpPort),
    u16(maxPayload)
  ])
  return { type, secret, cid, udpPort, maxPayload, bytes }
}

export function encodeRekey(type: RekeyFrame['type'], secret: Buffer, cid: Buffer): RekeyFrame {
  return { type, secret, cid, bytes: Buffer.concat([Uint8Array.of(types[type]), secret, cid]) }
}

export function encodeRekeyRequest(): Buffer {
  return Buffer.of(types['rekey-req'])
}

/** @throws RangeError when a name or the whole is too long */
export function encodeOpen(flow: number, names: readonly string[]): Buffer {
  const encoded = names.map((name) => Buffer.from(name))
  if (
    encoded.length < 1 ||
    encoded.length > 255 ||
    encoded.some((name) => name.length < 1 || name.length > 255)
  ) {
    throw new RangeError('1 to 255 ProtocolNames of 1 to 255 bytes')
  }
  const parts = encoded.flatMap((name) => [Uint8Array.of(name.length), name])
  const bytes = Buffer.concat([Uint8Array.of(types.open), u16(flow), Uint8Array.of(encoded.length), ...parts])
  if (bytes.length > MAX_FRAME) throw new RangeError(`the ProtocolNames do not fit ${MAX_FRAME} bytes`)
  return bytes
}

export function encodeOpenOk(flow: number, index: number): Buffer {
  return Buffer.concat([Uint8Array.of(types['open-ok']), u16(flow), Uint8Array.of(index)])
}

export function encodeFlowEnd(type: 'open-no' | 'close', flow: number): Buffer {
  return Buffer.concat([Uint8Array.of(types[type]), u16(flow)])
}

export function encodeData(flow: number, payload: Uint8Array): Buffer {
  return Buffer.concat([Uint8Array.of(types.data), u16(flow), payload])
}

export function encodeReport(received: number, expected: number): Buffer {
  const bytes = Buffer.alloc(9)
  bytes[0] = types.report
  bytes.writeUInt32BE(received, 1)
  bytes.writeUInt32BE(expected, 5)
  return bytes
}

/** @returns undefined for anything but one well-formed frame */
export function decodeFrame(bytes: Buffer): Frame | undefined {
  if (bytes.length < 1 || bytes.length > MAX_FRAME) return undefined
  switch (bytes[0]) {
    case types.hello:
      return decodeGreeting('hello', bytes)
    case types.accept:
      return decodeGreeting('accept', bytes)
    case types.open:
      return decodeOpen(bytes)
    case types['open-ok']:
      return bytes.length === 4
        ? withFlow(bytes, (flow) => ({ type: 'open-ok', flow, index: bytes.readUInt8(3) }))
        : undefined
    case types['open-no']:
      return bytes.length === 3 ? withFlow(bytes, (flow) => ({ type: 'open-no', flow })) : undefined
    case types.close:
      return bytes.length === 3 ? withFlow(bytes, (flow) => ({ type: 'close', flow })) : undefined
    case types.data:
      return decodeData(bytes)
    case types.rekey:
      return decodeRekey('rekey', bytes)
    case types['rekey-ack']:
      return decodeRekey('rekey-ack', bytes)
    case types['rekey-req']:
      return bytes.length === 1 ? { type: 'rekey-req' } : undefined
    case types.report:
      return decodeReport(bytes)
    default:
      return undefined
  }
}

function decodeGreeting(type: GreetingFrame['type'], bytes: Buffer): Frame | undefined {
  if (bytes.length !== GREETING_BYTES || bytes[1] !== VERSION) return undefined
  const secret = bytes.subarray(2, 2 + SECRET_BYTES)
  const cid = bytes.subarray(34, 34 + CID_BYTES)
  const udpPort = bytes.readUInt16BE(42)
  const maxPayload = bytes.readUInt16BE(44)
  if (udpPort !== 0 && udpPort < MIN_UDP_PORT) return undefined
  if (maxPayload < MIN_MAX_PAYLOAD || maxPayload > MAX_PAYLOAD) return undefined
  return { type, secret, cid, udpPort, maxPayload, bytes }
}

function decodeRekey(type: RekeyFrame['type'], bytes: Buffer): Frame | undefined {
  if (bytes.length !== REKEY_BYTES) return undefined
  return { type, secret: bytes.subarray(1, 33), cid: bytes.subarray(33), bytes }
}

function decodeOpen(bytes: Buffer): Frame | undefined {
  if (bytes.length < 4) return undefined
  const count = bytes.readUInt8(3)
  const names: string[] = []
  let at = 4
  for (let i = 0; i < count; i++) {
    const length = bytes[at] ?? 0
    const end = at + 1 + length
    if (length === 0 || end > bytes.length) return undefined
    const name = text(bytes.subarray(at + 1, end))
    if (name === undefined) return undefined
    names.push(name)
    at = end
  }
  if (count === 0 || at !== bytes.length) return undefined
  return withFlow(bytes, (flow) => ({ type: 'open', flow, names }))
}

function decodeData(bytes: Buffer): Frame | undefined {
  if (bytes.length < 3 || bytes.length > 3 + MAX_PAYLOAD) return undefined
  return withFlow(bytes, (flow) => ({ type: 'data', flow, payload: bytes.subarray(3) }))
}

function decodeReport(bytes: Buffer): Frame | undefined {
  if (bytes.length !== 9) return undefined
  return { type: 'report', received: bytes.readUInt32BE(1), expected: bytes.readUInt32BE(5) }
}

function withFlow(bytes: Buffer, make: (flow: number) => Frame): Frame | undefined {
  const flow = bytes.readUInt16BE(1)
  return flow === 0 ? undefined : make(flow)
}

function text(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

function u16(value: number): Uint8Array {
  return Uint8Array.of(value >>> 8, value & 0xff)
}
