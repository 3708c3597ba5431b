import type { ConnectionEncrypter } from '@libp2p/interface'

/** Copying up to this many bytes costs less than three system calls; longer messages are written in their pieces. */
const SHORT = 16_384

/** The part of a connection of @libp2p/tcp that is used. */
interface TcpConnection {
  readonly socket: { write(bytes: Uint8Array): boolean }
  sendData(data: Pieces): { sentBytes: number; canSendMore: boolean }
}

/** A message as Noise makes it: its length, its ciphertext and its tag are a piece each. */
interface Pieces {
  readonly byteLength: number
  subarray(): Uint8Array
}

/**
 * Writes each message of a TCP connection with one system call. By itself @libp2p/tcp writes it piece by
 * piece: as many system calls and, with TCP_NODELAY, as many packets (docs/network.md trap 19). Bytes,
 * back-pressure and the end of the connection stay as they are.
 */
export function coalesceWrites(encrypter: ConnectionEncrypter): ConnectionEncrypter {
  const secureInbound = encrypter.secureInbound.bind(encrypter)
  const secureOutbound = encrypter.secureOutbound.bind(encrypter)
  encrypter.secureInbound = (connection, options) => secureInbound(joining(connection), options)
  encrypter.secureOutbound = (connection, options) => secureOutbound(joining(connection), options)
  return encrypter
}

function joining<T extends object>(connection: T): T {
  if (!isTcp(connection)) return connection
  const inPieces = connection.sendData.bind(connection)
  connection.sendData = (data) =>
    data.byteLength > SHORT
      ? inPieces(data)
      : { sentBytes: data.byteLength, canSendMore: connection.socket.write(data.subarray()) }
  return connection
}

function isTcp<T extends object>(connection: T): connection is T & TcpConnection {
  return 'socket' in connection && 'sendData' in connection
}
