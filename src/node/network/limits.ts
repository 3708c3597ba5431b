import { defineLimits, duration, type LimitsOf, scaledWhole, size, whole } from '../../limits.ts'

export const networkLimits = defineLimits('Connections.', {
  connections: scaledWhole(
    4,
    65_536,
    256,
    'Open connections; auto: one for each 2 MiB of memory, 256 to 4096, as files and heap allow.'
  ),
  inboundPerSecond: whole(1, 10_000, 20, 'New connections a second from one IP address.'),
  inboundPending: scaledWhole(1, 10_000, 128, 'Connections whose handshake is not complete.'),
  // Long enough for a slow device, short enough that one address cannot hold every place.
  handshakeTimeout: duration('1s', '1min', '5s', 'The handshake of a new connection may take this long.'),
  dialTimeout: duration('1s', '5min', '20s', 'A dial may take this long, all addresses together.'),
  addressDialTimeout: duration('100ms', '5min', '3s', 'A dial of one address may take this long.'),
  identifyTimeout: duration(
    '1s',
    '5min',
    '15s',
    'A new neighbour may take this long to list its protocols (identify).'
  ),
  pingInterval: duration('1s', '1h', '15s', 'Time between pings; a connection without an answer is closed.'),
  // The next ping ends the wait as well: libp2p has one at a time.
  pingTimeout: duration(
    '1s',
    '10min',
    '10s',
    'A ping may take this long, up to the next one; a link with much loss may stall for seconds.'
  ),
  streamBuffer: size('16KiB', '16MiB', '256KiB', 'Bytes that wait to be written on one stream.'),
  interfaceCheck: duration('1s', '1h', '5s', 'Time between two checks of the network interfaces.'),
  gossipCheck: duration('1s', '1h', '5s', 'Time between two checks for connections whose gossip has ended.')
})

export type NetworkLimits = LimitsOf<typeof networkLimits>

export const streamLimits = defineLimits('Streams of applications.', {
  open: scaledWhole(1, 65_536, 256, 'Streams that others may hold open, on all protocols.'),
  openPerPeer: whole(1, 4096, 64, 'Of these, streams of one peer.'),
  perPeer: whole(1, 1024, 16, 'Streams one peer may hold open on one protocol.'),
  messageBytes: size('1KiB', '4MiB', '64KiB', 'Largest message.'),
  // Beyond it the stream is reset (docs/network.md trap 8).
  bufferBytes: size(
    '1KiB',
    '4MiB',
    '1MiB',
    'Memory of messages that wait for a slow application: their bytes, and 240 of each.'
  ),
  write: duration('100ms', '10min', '30s', 'A slow reader is given this long to take a message.')
})

export type StreamLimits = LimitsOf<typeof streamLimits>
