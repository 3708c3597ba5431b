import type { DatagramLimits } from '../../src/protocol/datagram/index.ts'

export const ECHO_PROTOCOL = '/bench/echo/v1'
export const COUNT_PROTOCOL = '/bench/count/v1'

/** About the size of a signed reading. */
export const PAYLOAD = 200

/** The rate limit is not measured. */
export const benchLimits: Partial<DatagramLimits> = { onLinkRate: { perSecond: 1e9, burst: 1e9 } }
