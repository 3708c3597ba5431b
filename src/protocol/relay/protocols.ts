// Named by libp2p's own package, which the tests run at the other end. Loaded with what reserves, connects or serves.

export {
  RELAY_V2_HOP_CODEC as HOP_PROTOCOL,
  RELAY_V2_STOP_CODEC as STOP_PROTOCOL
} from '@libp2p/circuit-relay-v2'
