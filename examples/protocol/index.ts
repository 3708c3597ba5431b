/**
 * How long a peer has been running, `/uptime/seconds/v1`: the opener of a stream sends nothing, the other side
 * answers with the seconds and closes.
 *
 *     const service = uptime({ answers: () => true })({ network, clock })
 *     await service.start()
 *     const seconds = await service.ask(connection, signal)
 */
import { Uptime, type UptimeComponents, type UptimeInit } from './uptime.ts'

export { UPTIME_PROTOCOL } from './constants.ts'
export type { Uptime, UptimeComponents, UptimeInit }

export function uptime(init: UptimeInit): (components: UptimeComponents) => Uptime {
  return (components) => new Uptime(components, init)
}
