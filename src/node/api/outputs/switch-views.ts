/** What people and programs say and are told of outputs, in plain JSON values. */

export interface SwitchRequest {
  /** Another node; this one unless given. */
  who?: string
  /** All of them unless given. */
  name?: string
  /** Only with a name; the state is returned unless given. */
  to?: 'on' | 'off'
  /** Seconds of a lease, 1 to 2592000: then it goes to `whenLost`, unless it is commanded again. */
  for?: number
  /** Nothing is switched unless it is in this state. */
  expect?: 'on' | 'off'
}

/** An output. Of one of another node, only what that node tells. */
export interface SwitchView {
  name: string
  /** Of another node: how it is called here, and its PeerId. */
  who?: string
  peer?: string
  line?: string
  /** As read back from the output. */
  state: 'on' | 'off' | 'fault'
  /** Seconds since it is in this state. */
  since: number
  /** Its state when `maxOn` seconds away from it are over. */
  safe?: 'on' | 'off'
  /** Its state at start, and when a lease ends and at stop. */
  initial?: 'safe' | 'on' | 'off'
  whenLost?: 'safe' | 'on' | 'off'
  maxOn?: number
  /** Seconds that it stays off at least. */
  minOff?: number
  /** Seconds until it changes by itself; null while it stays as it is. */
  left: number | null
  /** Seconds until it may be switched on; null while it may. */
  lock: number | null
  /** Whether it would stay as it is if the node were killed; null where the kernel does not report it. */
  persists?: boolean | null
  fault?: { code: string; message: string; hint?: string }
}

export interface SwitchLogRequest {
  /** Of all switches unless given. */
  name?: string
  /** The newest, 1 to 10000; 20 unless given. */
  limit?: number
}

/** An entry of the log of commands. */
export interface LoggedCommand {
  /** Unix seconds; null where the clock was unknown. */
  time: number | null
  /** Of the time: 0 synchronised, 1 estimated, 2 unknown. */
  quality: 0 | 1 | 2
  name: string
  /** Who commanded it over the network, else null. */
  peer: string | null
  /** How that peer was called here; `this machine`, `rule NAME` of it, or `kith` for what it did by itself. */
  who: string
  /** `on`, `off`, `on, off` of several; by itself `start`, `stop`, `lease`, `max-on`, `initial`, `revoked`. */
  asked: string
  /** Seconds of the lease. */
  for: number | null
  /** `on` or `off` as read back, else the code of the error; `refused` of several. */
  answer: string
  error: string | null
  /** How often within a minute: equal refusals are one entry, and those of a peer that may not operate the output. */
  times: number
}
