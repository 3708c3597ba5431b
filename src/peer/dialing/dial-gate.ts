export interface DialGateInit {
  readonly self: string
  /** Whether the configuration denies a peer. */
  readonly denies: (peer: string) => boolean
  /** Whether a peer is refused for a while since it broke a rule. */
  readonly isBanned: (peer: string) => boolean
}

/** Why no connection is made to a peer, in words for people; undefined where one may be. Asked before each dial. */
export type DialGate = (peer: string) => string | undefined

export function dialGate({ self, denies, isBanned }: DialGateInit): DialGate {
  return (peer) => {
    if (peer === self) return 'it is this node itself'
    if (denies(peer)) return 'the configuration denies it'
    if (isBanned(peer)) return 'it broke the rules of a protocol and is refused for a minute'
    return undefined
  }
}
