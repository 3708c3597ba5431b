/** Characters of a PeerId that stand for it on a screen, and tell namesakes apart. */
const TAIL = 7

/** `…q7Xf2a1` */
export function tailOf(peer: string): string {
  return `…${peer.slice(-TAIL)}`
}
