/**
 * The name under which a flow is opened on another session of the same two peers (docs/protocols.md section 13, "Another
 * connection"). Who does not know such names handles none of them and refuses.
 */
const PREFIX = '/kith/dgram/v1/resume/'

/** @param key of the flow: its session's cids and its id, as it was opened first */
export function resumeName(key: string): string {
  return PREFIX + key
}

/** The key of the flow that an OPEN with these names goes on with; undefined for a new flow. */
export function resumedKey([name, ...others]: readonly string[]): string | undefined {
  return others.length === 0 && name?.startsWith(PREFIX) === true ? name.slice(PREFIX.length) : undefined
}

/** Names a flow for as long as it lives. @param cids of HELLO and ACCEPT */
export function flowKey(cids: readonly [Buffer, Buffer], id: number): string {
  return `${cids.map((cid) => cid.toString('hex')).join('')}/${id}`
}
