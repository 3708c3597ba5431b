import { NodeError } from '../error.ts'

/** A language that nodes speak about one kind of measurement: one name for stream, datagram flow and topic. */
export interface SensorProtocol {
  /** The ProtocolName, `/sensor/temp/v1`. */
  readonly id: string
  /** The name without its version, `/sensor/temp`. */
  readonly family: string
  readonly version: number
  /** The quantities that its packs may carry; none in the catalogue of a node itself. */
  readonly quantities: readonly string[]
  /** Bytes of a live pack's payload; a receiver refuses more. */
  readonly maxPayload: number
  /** Seconds: older gossip is ignored and not relayed, nobody is blamed. */
  readonly acceptAge: number
}

export interface SensorProtocolDefinition {
  /** `/<name>/…/v<N>` of words `[a-z0-9][a-z0-9-]*`; `/kith/` is the house's own. */
  readonly id: string
  /** The main quantity; its unit follows from the quantity. */
  readonly quantity: string
  /** Others that travel beside it: a count brings its rate. */
  readonly quantities?: readonly string[]
  /** 128 to 16384 bytes; 1024 unless given. */
  readonly maxPayload?: number
  /** 1 to 86400 seconds; 120 unless given. */
  readonly acceptAge?: number
}

/** wire.md, "A live pack": the default and the most. */
export const DEFAULT_PAYLOAD = 1024
export const MAX_PAYLOAD = 16_384
/** Room for one reading with its base fields. */
const MIN_PAYLOAD = 128
const DEFAULT_ACCEPT_AGE = 120
const DAY = 86_400

const ID = /^((?:\/[a-z0-9][a-z0-9-]{0,31}){1,4})\/v([1-9][0-9]{0,3})$/
const OWN_FAMILY = '/kith/'

/** Names a protocol of sensors. @throws NodeError 'protocol-id', 'protocol-limit' */
export function defineSensorProtocol(definition: SensorProtocolDefinition): SensorProtocol {
  const { id, quantity, quantities = [], maxPayload, acceptAge } = definition
  return defineProtocol(id, [quantity, ...quantities], { maxPayload, acceptAge })
}

/** The same without a main quantity: the catalogue's own entry. */
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
  const [, family, version] = ID.exec(id) ?? []
  if (family === undefined || id.startsWith(OWN_FAMILY))
    throw new NodeError('protocol-id', `${JSON.stringify(id)} is no name for a protocol of sensors`, {
      hint: 'write /<name>/<what>/v<N> in small letters, digits and dashes, and leave /kith/ to kith'
    })
  return { id, family, version: Number(version) }
}

function checkRange(id: string, name: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return
  throw new NodeError('protocol-limit', `${id}: ${name} ${value} is not a whole number from ${min} to ${max}`)
}
