import type { Position } from '../../reading/run.ts'

/** Error codes with which an author says that it has nothing: as good as an empty answer (docs/protocols.md section 16). */
export const NOTHING_HELD = ['no-such', 'no-data', 'gone']

/** Before every position, because no run has the epoch 0: subscribes to a series from the oldest that can be had. */
export const BEGINNING: Position = { epoch: 0, boot: '0000000000000000', seq: 0 }
