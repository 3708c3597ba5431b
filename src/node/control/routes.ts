import type { Operations } from '../api/operations.ts'

/**
 * The control socket: HTTP with JSON on `control.sock` in the home (0600), so that curl can ask too. Where the home
 * cannot be written it is in a folder that is named by the home (runtime-folder.ts). The service of a machine has a
 * second one in /run/kith (0660).
 *
 *     curl --unix-socket ~/.local/state/kith/control.sock http://kith/status
 *     curl --unix-socket ~/.local/state/kith/control.sock http://kith/ask -d '{"who": "hall"}'
 *     curl --unix-socket ~/.local/state/kith/control.sock http://kith/watch -N -d '{}'
 *
 * A body is the operation's request (operations.ts), an answer its result. watch, history and ping answer
 * one object a line (NDJSON) until they are done or the client hangs up; a line whose `error` is an object
 * ends them early. Errors are `{"error": {"code", "message", "hint"}}` with an HTTP status that fits.
 *
 * pipe and accept upgrade the connection (RFC 9110 section 7.8) to bytes both ways, in the frames of framed-duplex.ts:
 * the request is the query, the answer 101 with the two headers below, or an error as above.
 *
 *     GET /pipe?who=hall&protocols=/doc/share/v2&protocols=/doc/share/v1
 *     Connection: Upgrade
 *     Upgrade: kith-bytes
 */
export const controlRoutes = {
  status: { method: 'GET', path: '/status' },
  peers: { method: 'GET', path: '/peers' },
  peersForget: { method: 'POST', path: '/peers/forget' },
  book: { method: 'GET', path: '/book' },
  bookPut: { method: 'POST', path: '/book' },
  bookRename: { method: 'POST', path: '/book/rename' },
  bookRemove: { method: 'POST', path: '/book/remove' },
  bookImport: { method: 'POST', path: '/book/import' },
  access: { method: 'POST', path: '/access' },
  configReload: { method: 'POST', path: '/config/reload' },
  rules: { method: 'GET', path: '/rules' },
  pairOpen: { method: 'POST', path: '/pair/open' },
  pair: { method: 'POST', path: '/pair' },
  unpair: { method: 'POST', path: '/unpair' },
  manage: { method: 'POST', path: '/manage' },
  ask: { method: 'POST', path: '/ask' },
  watch: { method: 'POST', path: '/watch' },
  history: { method: 'POST', path: '/history' },
  ping: { method: 'POST', path: '/ping' },
  switch: { method: 'POST', path: '/switch' },
  switchLog: { method: 'POST', path: '/switch/log' },
  devicesTest: { method: 'POST', path: '/devices/test' },
  devicesScan: { method: 'POST', path: '/devices/scan' },
  pipe: { method: 'GET', path: '/pipe' },
  serve: { method: 'POST', path: '/serve' },
  accept: { method: 'GET', path: '/accept' }
} as const satisfies Record<keyof Operations, { method: 'GET' | 'POST'; path: string }>

/** The token of the Upgrade header. */
export const UPGRADE = 'kith-bytes'
/** Headers of the answer 101: the PeerId of the other side, and the ProtocolName that was negotiated. */
export const PEER_HEADER = 'kith-peer'
export const PROTOCOL_HEADER = 'kith-protocol'

export const CONTROL_SOCKET = 'control.sock'
