/**
 * The message of identify and identify push (libp2p specs, identify), a protobuf:
 *
 *     1 publicKey   2 listenAddrs (repeated)   3 protocols (repeated)   4 observedAddr
 *     5 protocolVersion   6 agentVersion
 *
 * Without the signed peer record (field 8): it is optional, has the sender's clock in it to the millisecond, and who
 * holds it can prove to others where the sender is.
 */
export interface IdentifyMessage {
  readonly publicKey: Uint8Array
  readonly listenAddrs: readonly Uint8Array[]
  readonly protocols: readonly string[]
  /** The address of the other end, as it is seen here. */
  readonly observedAddr: Uint8Array | undefined
  readonly protocolVersion: string
  readonly agentVersion: string
}

export function encodeIdentify(message: IdentifyMessage): Uint8Array {
  const { publicKey, listenAddrs, protocols, observedAddr, protocolVersion, agentVersion } = message
  return Buffer.concat([
    field(1, publicKey),
    ...listenAddrs.map((address) => field(2, address)),
    ...protocols.map((protocol) => field(3, Buffer.from(protocol))),
    ...(observedAddr === undefined ? [] : [field(4, observedAddr)]),
    field(5, Buffer.from(protocolVersion)),
    field(6, Buffer.from(agentVersion))
  ])
}

/** Wire type 2: a length before the bytes (protobuf.dev/programming-guides/encoding). */
function field(number: number, bytes: Uint8Array): Uint8Array {
  const head = [number * 8 + 2]
  let rest = bytes.length
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) head.push((rest % 0x80) + 0x80)
  return Buffer.concat([Uint8Array.from([...head, rest]), bytes])
}
