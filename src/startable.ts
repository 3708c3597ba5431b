/** A part of a node that is started or stopped with it. Either may be absent. */
export interface Startable {
  /** Names it in errors and log lines. */
  readonly name: string
  start?(): void | Promise<void>
  stop?(): void | Promise<void>
}
