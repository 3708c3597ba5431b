/**
 * Path control: the payload of flow 0, always 1168 bytes, so that the packet has 1200 (docs/protocols.md
 * section 13).
 *
 *     offset  bytes  field
 *          0      1  type   01 PROBE, 02 PROBE_ACK
 *          1      8  token  chosen by the prober, sent back as it came
 *          9   1159  zeros  not read
 */
import { MAX_PAYLOAD, TOKEN_BYTES } from '../constants.ts'

export type ProbeKind = 'probe' | 'probe-ack'

const types = { probe: 1, 'probe-ack': 2 } as const

export function encodeProbe(kind: ProbeKind, token: Uint8Array): Buffer {
  const payload = Buffer.alloc(MAX_PAYLOAD)
  payload[0] = types[kind]
  payload.set(token, 1)
  return payload
}

/** @returns undefined for another length or type */
export function decodeProbe(payload: Buffer): { kind: ProbeKind; token: Buffer } | undefined {
  if (payload.length !== MAX_PAYLOAD) return undefined
  const token = payload.subarray(1, 1 + TOKEN_BYTES)
  if (payload[0] === types.probe) return { kind: 'probe', token }
  if (payload[0] === types['probe-ack']) return { kind: 'probe-ack', token }
  return undefined
}
