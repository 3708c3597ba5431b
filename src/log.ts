/** What belongs to a line: peers, counts, reasons. Variable parts go here, not into the message. */
export type LogFields = Readonly<Record<string, unknown>>

/**
 * Lines for a person: what happened, to whom, what the node does about it. At info level an idle
 * node logs nothing. The writer (node/log.ts) is chosen in the composition root.
 */
export interface Log {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
}

/** Says nothing. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} }
