import type { PeerView } from '../../node/api/operations.ts'
import { ago, milliseconds } from '../../node/format-units.ts'
import { sanitize } from '../../node/log/sanitize.ts'
import type { AnsiStyle } from '../terminal/ansi-style.ts'
import { type Column, table } from '../terminal/table.ts'

/** Characters of a PeerId that stand for it on a screen and distinguish peers of the same name. */
const TAIL = 7

/** `…q7Xf2a1` */
export function tailOf(peer: string): string {
  return `…${peer.slice(-TAIL)}`
}

const columns: readonly Column[] = [
  { title: 'NAME' },
  { title: 'PEER' },
  { title: 'BOOK', drop: 1 },
  { title: 'PURPOSES', drop: 3 },
  { title: 'PATH', drop: 2 },
  { title: 'RTT', align: 'right', drop: 4 },
  { title: 'SEEN' }
]
/** Connected peers first. Names that are not from the book are the peer's own choice: dim. */
export function peersTable(
  peers: readonly PeerView[],
  options: { width: number; ansi: AnsiStyle }
): string[] {
  const rows = [...peers].sort(byPresence).map((peer) => [
    {
      text: peer.name === null ? '–' : sanitize(peer.name, 64),
      style: peer.inBook ? 'bold' : 'dim'
    } as const,
    { text: tailOf(peer.peer) },
    { text: peer.inBook ? 'yes' : '–', style: peer.inBook ? 'green' : undefined } as const,
    { text: sanitize(peer.purposes.join(' ')) || '–' },
    { text: sanitize(peer.path.text), style: peer.path.kind === 'none' ? 'yellow' : undefined } as const,
    { text: peer.rtt === null ? '–' : milliseconds(peer.rtt) },
    {
      text: peer.seen === null ? 'never' : ago(peer.seen),
      style: peer.connected ? 'green' : 'dim'
    } as const
  ])
  return table(columns, rows, options)
}

/** Whether nothing is left of it but that it was there: neither connected nor seen by others, nor in the book. */
export function isGone({ connected, inBook, path }: PeerView): boolean {
  return !connected && !inBook && path.kind === 'none'
}

function byPresence(a: PeerView, b: PeerView): number {
  if (a.connected !== b.connected) return a.connected ? -1 : 1
  return (a.name ?? `\uffff${a.peer}`) < (b.name ?? `\uffff${b.peer}`) ? -1 : 1
}
