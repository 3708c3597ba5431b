// Loaded before each test file (test/run.ts, .taprc). Tests announce nothing on the networks of this machine, and hear
// nothing of other nodes there: those would be found, dialled and counted. Discovery is tried on other ports
// (test/peer/discovery/) and in network namespaces (test/process/discovery.test.ts).
import { Socket } from 'node:dgram'

// Of the nodes that tests start as processes; one in a namespace sets it again.
process.env['KITH_MDNS'] = 'false'

const MDNS_PORT = 5353 // RFC 6762 section 3
/** Of this process alone, below the ports that Linux gives to clients. */
const OWN_PORT = 10_000 + (process.pid % 20_000)

const { bind, send } = Socket.prototype

/** bind(port, …) or bind({ port, … }, …) */
Socket.prototype.bind = function (first, ...rest) {
  if (first === MDNS_PORT) return bind.call(this, OWN_PORT, ...rest)
  if (first?.port === MDNS_PORT) return bind.call(this, { ...first, port: OWN_PORT }, ...rest)
  return bind.call(this, first, ...rest)
}

/** send(message, port, …) or send(message, offset, length, port, …) */
Socket.prototype.send = function (...args) {
  const at = typeof args[2] === 'number' && typeof args[3] === 'number' ? 3 : 1
  return send.apply(this, args[at] === MDNS_PORT ? args.with(at, OWN_PORT) : args)
}
