/** 4 or 6: IPv4 or IPv6. */
export type IpFamily = 4 | 6

/** Where a datagram came from; a link-local IPv6 address carries its zone (`fe80::1%eth0`). */
export interface DatagramSource {
  readonly address: string
  readonly port: number
}

/**
 * `sent`: handed to the system, the caller may reuse the bytes. `waiting`: the system holds on to the
 * bytes, which must not be changed any more. `dropped`: not sent, and never will be.
 */
export type SendResult = 'sent' | 'waiting' | 'dropped'

/** One bound UDP socket. */
export interface DatagramSocket {
  readonly family: IpFamily
  /** The bound port, 1 to 65535. */
  readonly port: number
  /**
   * Sends without waiting; a full queue drops. Never throws: an unreachable host is a lost datagram, and so is port 0.
   * @param address an IP address of the socket's family, never a name
   */
  send(bytes: Uint8Array, port: number, address: string): SendResult
  close(): Promise<void>
}

export interface BindOptions {
  readonly family: IpFamily
  /** The address to bind; every one of the family's unless given. */
  readonly host?: string
  /** 0 lets the system choose. */
  readonly port: number
  /** Called for each datagram; the bytes are the receiver's to keep. An exception in it is a bug. */
  readonly onMessage: (bytes: Buffer, from: DatagramSource) => void
  /** The socket failed and is closed. */
  readonly onError: (error: Error) => void
}

/** The UDP of this machine. */
export interface DatagramSockets {
  /**
   * An IPv6 socket takes IPv6 alone.
   * @throws NodeError 'port-in-use', 'family-unsupported', 'not-permitted', 'bind-failed'
   */
  bind(options: BindOptions): Promise<DatagramSocket>
}
