import { NodeError } from '../error.ts'
import { PROTOCOL_NAME } from '../names.ts'

/** A protocol for one kind of measurement: one name for the stream, the datagram flow and the gossip topic. */
export interface SensorProtocol {
  /** The ProtocolName, `/sensor/temp/v1`. */
  readonly id: string
  /** The name without its version, `/sensor/temp`. */
  readonly family: string
  readonly version: number
  /** The quantities that its packs may carry; none for the topic of catalogues. */
  readonly quantities: readonly string[]
  /** Bytes of a live pack's payload; a receiver refuses more. */
  readonly maxPayload: number
  /** Seconds: older gossip is ignored and not relayed; its sender is not penalised. */
  readonly acceptAge: number
}

export interface SensorProtocolDefinition {
  /** `/<name>/…/v<N>` of words `[a-z0-9][a-z0-9-]*`; names below `/kith/` are reserved. */
  readonly id: string
  /** The main quantity; its unit follows from the quantity. */
  readonly quantity: string
  /** Other quantities of its packs: a count has its rate beside it. */
  readonly quantities?: readonly string[]
  /** 128 to 16384 bytes; 1024 unless given. */
  readonly maxPayload?: number
  /** 1 to 86400 seconds; 120 unless given. */
  readonly acceptAge?: number
}

/** Bytes: docs/protocols.md section 15, default-payload; section 4. */
export const DEFAULT_PAYLOAD = 1024
export const MAX_PAYLOAD = 16_384
/** Bytes: one reading with its base fields fits. */
const MIN_PAYLOAD = 128
const DEFAULT_ACCEPT_AGE = 120
const DAY = 86_400

const OWN_FAMILY = '/kith/'

/** @throws NodeError 'protocol-id', 'protocol-limit' */
export function defineSensorProtocol(definition: SensorProtocolDefinition): SensorProtocol {
  const { id, quantity, quantities = [], maxPayload, acceptAge } = definition
  return defineProtocol(id, [quantity, ...quantities], { maxPayload, acceptAge })
}

/** As defineSensorProtocol, but without a main quantity: the topic of catalogues. */
export function defineProtocol(
  id: string,
  quantities: readonly string[],
  limits: { readonly maxPayload?: number | undefined; readonly acceptAge?: number | undefined }
): SensorProtocol {
  const { maxPayload = DEFAULT_PAYLOAD, acceptAge = DEFAULT_ACCEPT_AGE } = limits
  checkRange(id, 'maxPayload', maxPayload, MIN_PAYLOAD, MAX_PAYLOAD)
  checkRange(id, 'acceptAge', acceptAge, 1, DAY)
  return { ...parseProtocolId(id), quantities: [...new Set(quantities)], maxPayload, acceptAge }
}

function parseProtocolId(id: string): { id: string; family: string; version: number } {
  const [, family, version] = PROTOCOL_NAME.exec(id) ?? []
  if (family === undefined || id.startsWith(OWN_FAMILY))
    throw new NodeError('protocol-id', `${JSON.stringify(id)} is not a name of a sensor protocol`, {
      hint: 'write /<name>/<what>/v<N> in small letters, digits and dashes; /kith/ is reserved'
    })
  return { id, family, version: Number(version) }
}

function checkRange(id: string, name: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return
  throw new NodeError('protocol-limit', `${id}: ${name} ${value} is not a whole number from ${min} to ${max}`)
}
