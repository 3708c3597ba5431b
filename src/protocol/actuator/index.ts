/**
 * Outputs of other nodes, over streams of /actuator/switch/v1 (docs/protocols.md section 23). Its states are readings as
 * those of the sensor protocols are; these are the ops that only it has.
 *
 *     const ops = new SwitchOps({ states, set, now })     // the query server has them for the protocol
 *     const client = new SwitchClient({ clock, openStream, answerBytes, deadline })
 *     await client.set(peer, { n: 'heater', on: true, for: 1800 }, signal)
 */
export type { SwitchClient } from './client.ts'
export { SWITCH_PROTOCOL } from './constants.ts'
export { SwitchOps } from './switch-ops.ts'
