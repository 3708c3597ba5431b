import type { Position } from '../../reading/run.ts'

/** Error codes with which an author says that it has nothing: as good as an empty answer (docs/protocols.md section 16). */
export const NOTHING_HELD = ['no-such', 'no-data', 'gone']

/** Before every position, because no run has the epoch 0: subscribes to a series from the oldest that can be had. */
export const BEGINNING: Position = { epoch: 0, boot: '0000000000000000', seq: 0 }

/** Milliseconds for which a peer that does not speak the protocol of history is not asked, unless it connects again. */
export const REFUSED = 600_000

/** Milliseconds for which a peer that did not answer is not asked for the readings of others. */
export const SILENT = 60_000

/** Milliseconds by which a missing reading puts off the end of the answer that brings it: a slow link brings more of them. */
export const EARNED = 1_000

/** Codes of errors after which a peer is not asked for the readings of others for SILENT: it was silent, or it lies. */
export const UNABLE = ['deadline', 'misbehaving', 'history-order']

/** Peers of either kind that are remembered. */
export const MAX_UNABLE = 4096

/** Milliseconds after which a request without any answer counts no more among those in flight. */
export const PATIENCE = 2_000
