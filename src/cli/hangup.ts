import { closeSync, openSync } from 'node:fs'
import type { Context } from './command-line/command.ts'

/**
 * Takes SIGHUP, by which a service reads its configuration anew, and by which the kernel tells that the terminal of a
 * process is gone [signal(7)]. Before anybody listens the first of them is remembered, as a node that starts is told
 * by systemd as well.
 * @param gone called where the terminal of this process went
 */
export function takeHangups(gone: () => void): Context['onHangup'] {
  const listeners = new Set<() => void>()
  const hadTerminal = [process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY)
  let isMissed = false
  process.on('SIGHUP', () => {
    if (hadTerminal && !hasTerminal()) return gone()
    isMissed ||= listeners.size === 0
    for (const listener of listeners) listener()
  })
  return (listener) => {
    listeners.add(listener)
    if (isMissed) listener()
    isMissed = false
    return () => listeners.delete(listener)
  }
}

/** /dev/tty cannot be opened by a process whose terminal is gone [tty(4)]. */
function hasTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'))
    return true
  } catch {
    return false
  }
}
