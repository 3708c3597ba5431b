/** What an attack is given. */
export interface Target {
  /** Multiaddr of the node, with its PeerId, and its host and TCP port. */
  readonly address: string
  readonly host: string
  readonly port: number
  /** The name that the node's book gives to a peer. */
  readonly friend: string
  /** An address of the same network on which nothing listens. */
  readonly third: string
  /** The attacker's own address. */
  readonly own: string
}

export interface Attack {
  readonly name: string
  /** Bounded by the signal. @returns what was sent, in a few words */
  run(target: Target, signal: AbortSignal): Promise<string>
}
