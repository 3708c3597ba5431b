import type { ComponentLogger, Logger } from '@libp2p/interface'
import { enabled, logger } from '@libp2p/logger'

/**
 * Loggers of libp2p's parts, for `DEBUG=kith:libp2p:*`. One that is not enabled is a function that does nothing: those of
 * @libp2p/logger are two with nine properties, and libp2p makes 13 for each connection, which take 10 KB.
 */
export function componentLogger(prefix: string): ComponentLogger {
  return { forComponent: (name) => loggerOf(`${prefix}:${name}`) }
}

function loggerOf(name: string): Logger {
  const isEnabled = [name, `${name}:error`, `${name}:trace`].some(enabled)
  return isEnabled ? logger(name) : Object.assign(() => {}, { ...SILENT, namespace: name })
}

const nothing = (): void => {}

const SILENT = {
  enabled: false,
  error: nothing,
  trace: nothing,
  newScope(this: { readonly namespace: string }, scope: string): Logger {
    return loggerOf(`${this.namespace}:${scope}`)
  }
}
