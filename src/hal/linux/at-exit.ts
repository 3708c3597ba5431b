import type { Cancel } from '../../clock.ts'

/** Runs `work` when the process exits without stopping first: an uncaught error, process.exit(); not when it is killed. */
export type AtExit = (work: () => void) => Cancel

export const atExit: AtExit = (work) => {
  process.once('exit', work)
  return () => void process.off('exit', work)
}

/** As atExit(), after all other work at exit, such as that of outputs that were opened later. */
export const atExitLast: AtExit = (work) => {
  const last = (code: number): void => {
    const listeners = process.rawListeners('exit')
    for (const later of listeners.slice(listeners.indexOf(last) + 1)) {
      try {
        later.call(process, code)
      } catch {
        // The others, and the exit itself, must not depend on it.
      }
    }
    work()
  }
  process.on('exit', last)
  return () => void process.off('exit', last)
}
