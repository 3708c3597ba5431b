import { NodeError } from '../../error.ts'

/** The options of commands that send requests to a peer. */
export const carrierOptions = {
  datagram: { kind: 'flag', summary: 'by datagram only' },
  stream: { kind: 'flag', summary: 'by stream only' }
} as const

/** @throws NodeError 'usage' if both are given */
export function carrierOf(options: { datagram?: boolean; stream?: boolean }): 'auto' | 'stream' | 'datagram' {
  if (options.datagram === true && options.stream === true)
    throw new NodeError('usage', '--datagram and --stream exclude each other')
  if (options.datagram === true) return 'datagram'
  return options.stream === true ? 'stream' : 'auto'
}
