/**
 * Status, log, checks and configuration of a node from afar, `/kith/manage/v1` (docs/protocols.md section 25), for
 * peers that were granted `configure`.
 *
 *     const service = manage({ limits, isOffered: true })({ network, clock, log, allows, answer, … })
 *     await service.start()
 *     for await (const status of service.ask(stream, 'hall', { op: 'status' }, signal)) …
 */
import type { ManageComponents, ManageInit } from './components.ts'
import { Manage } from './manage.ts'

export type { ManageRequest } from './codec.ts'
export { MANAGE_PROTOCOL } from './constants.ts'
export { ManageError } from './manage-error.ts'
export type { Manage }

export function manage(init: ManageInit): (components: ManageComponents) => Manage {
  return (components) => new Manage(components, init)
}
